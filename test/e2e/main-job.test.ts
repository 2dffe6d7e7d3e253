import type { VersionNegotiationMode } from '@modelcontextprotocol/client'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { startStack, type DevelopmentStack } from '../../apps/development/start-stack.js'
import type { Claims } from '../../src/identity/caller.js'
import { RecordingLog } from '../helpers/recording-log.js'

const MODES: readonly [string, VersionNegotiationMode, string][] = [
  ['auto', 'auto', '2026-07-28'],
  ['2026-07-28', { pin: '2026-07-28' }, '2026-07-28'],
  ['2025', 'legacy', '2025-11-25'],
]

/** The operations of the API's document that only read. */
const READING = ['getBooking', 'getTrip', 'listBookings', 'listPlaces', 'listTrips']

describe('a tool call as the signed-in user, from the first 401 on', () => {
  let stack: DevelopmentStack
  let seenByApi: Claims[]
  let log: RecordingLog

  beforeAll(async () => {
    seenByApi = []
    log = new RecordingLog()
    stack = await startStack({
      ports: { authorizationServer: 0, api: 0, mcp: 0 },
      log,
      onApiCall: (claims) => seenByApi.push(claims),
    })
  })

  afterAll(() => stack.close())

  describe.each(MODES)('with the official client in %s mode', (_, mode, version) => {
    test('an administrator lists and calls every tool, and the API sees them through our client', async () => {
      const session = await connectAs({ endpoint: stack.endpoint, username: 'alice', mode })
      try {
        expect(session.client.getNegotiatedProtocolVersion()).toBe(version)
        const { tools } = await session.client.listTools()
        expect(tools.map((tool) => tool.name)).toEqual(
          ['cancelBooking', 'createBooking', ...READING, 'get_datetime', 'greet', 'whoami'].sort(),
        )

        const whoami = await session.client.callTool({ name: 'whoami', arguments: {} })
        expect(whoami.structuredContent).toMatchObject({ user: { sub: 'auth0|alice' } })

        const datetime = await session.client.callTool({ name: 'get_datetime', arguments: {} })
        expect(datetime.isError).toBeFalsy()

        seenByApi.length = 0
        const greet = await session.client.callTool({ name: 'greet', arguments: { name: 'A' } })
        expect(greet.structuredContent).toMatchObject({
          greeting: 'Hello, A (auth0|alice)!',
          api: { sub: 'auth0|alice', scopes: 'read:private', actor: 'mcp-server' },
        })
        expect(seenByApi).toHaveLength(1)
        expect(seenByApi[0]).toMatchObject({
          aud: stack.apiAudience,
          sub: 'auth0|alice',
          act: {
            sub: 'mcp-server',
            act: { sub: clientOf(session.provider.tokens()?.access_token) },
          },
        })
      } finally {
        await session.close()
      }
    })

    test('a plain user sees no greet, is refused it, and the API is not called', async () => {
      const session = await connectAs({ endpoint: stack.endpoint, username: 'bob', mode })
      try {
        const { tools } = await session.client.listTools()
        expect(tools.map((tool) => tool.name)).toEqual(
          [...READING, 'get_datetime', 'whoami'].sort(),
        )
        seenByApi.length = 0
        await expect(session.client.callTool({ name: 'greet', arguments: {} })).rejects.toThrow()
        expect(log.named('request_refused').at(-1)?.fields).toMatchObject({
          code: 'permission_denied',
        })
        expect(seenByApi).toHaveLength(0)
      } finally {
        await session.close()
      }
    })

    test('a user without any permission can still ask for the time', async () => {
      const session = await connectAs({ endpoint: stack.endpoint, username: 'carol', mode })
      try {
        const { tools } = await session.client.listTools()
        expect(tools.map((tool) => tool.name)).toEqual(['get_datetime', 'listPlaces'])
      } finally {
        await session.close()
      }
    })
  })

  test('the client registers itself and sends no token of ours to the API', async () => {
    const session = await connectAs({ endpoint: stack.endpoint, username: 'alice' })
    try {
      const token = session.provider.tokens()?.access_token ?? ''
      expect(decodeJwt(token)).toMatchObject({ aud: stack.endpoint.href, sub: 'auth0|alice' })
      const direct = await fetch(new URL('/api/private-scope', stack.apiUrl), {
        headers: { Authorization: `Bearer ${token}` },
      })
      expect(direct.status).toBe(401)
    } finally {
      await session.close()
    }
  })

  test('no token shows up in the log', () => {
    expect(log.lines.length).toBeGreaterThan(0)
    expect(log.text()).not.toMatch(/eyJ[A-Za-z0-9_-]{10,}/)
  })
})

function clientOf(token: string | undefined): unknown {
  const claims = decodeJwt(token ?? '')
  return claims['client_id'] ?? claims['azp']
}
