import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callTool, openMcpDoor, postMcp, type McpDoor } from '../helpers/mcp-door.js'
import { initialize, sessionHeaders } from '../helpers/session-door.js'
import { TestIssuer } from '../helpers/test-issuer.js'

describe('what one request may hold', () => {
  let issuer: TestIssuer
  let door: McpDoor

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    door = await openMcpDoor({ issuer: issuer.issuer })
  })

  afterAll(async () => {
    await Promise.all([door.close(), issuer.close()])
  })

  test('[RS30] a batch of 51 messages is refused, one of 50 is not', async () => {
    const token = await issuer.mint(door.audience)
    const batch = (length: number): object[] => Array.from({ length }, () => callTool('whoami'))
    expect((await postMcp(door.endpoint, batch(51), { token })).status).toBe(400)
    expect((await postMcp(door.endpoint, batch(50), { token })).status).toBe(200)
  })

  test('[RS30] another client buys a user no more requests', async () => {
    const few = await openMcpDoor({
      issuer: issuer.issuer,
      environment: { RATE_LIMIT_PER_CALLER: '6' },
    })
    try {
      const statuses = []
      for (let index = 0; index < 7; index += 1) {
        const claims = { sub: 'auth0|noisy', client_id: `client-${index}` }
        const token = await issuer.mint(few.audience, { claims })
        statuses.push((await postMcp(few.endpoint, callTool('whoami'), { token })).status)
      }
      expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429])
    } finally {
      await few.close()
    }
  })

  test('[RS30] a user has so many requests under way and no more, through all clients together', async () => {
    const few = await openMcpDoor({
      issuer: issuer.issuer,
      environment: { CONCURRENCY_PER_CALLER: '2', MCP_SESSIONS: 'on' },
    })
    try {
      const tokenOf = (sub: string, client_id: string): Promise<string> =>
        issuer.mint(few.audience, { claims: { sub, client_id } })
      const listen = async (client: string): Promise<Response> => {
        const token = await tokenOf('auth0|noisy', client)
        const opened = await postMcp(few.endpoint, initialize(), { token })
        await opened.text()
        const session = opened.headers.get('mcp-session-id') ?? ''
        const headers = { Accept: 'text/event-stream', Authorization: `Bearer ${token}` }
        return fetch(few.endpoint, { headers: { ...headers, ...sessionHeaders(session) } })
      }
      const streams = [await listen('a'), await listen('b')]
      const token = await tokenOf('auth0|noisy', 'c')
      const refused = await postMcp(few.endpoint, callTool('whoami'), { token })
      expect(refused.status).toBe(429)
      expect(refused.headers.get('retry-after')).toBe('1')
      const other = await tokenOf('auth0|quiet', 'a')
      expect((await postMcp(few.endpoint, callTool('whoami'), { token: other })).status).toBe(200)
      few.drain()
      await Promise.all(streams.map((stream) => stream.text()))
      expect((await postMcp(few.endpoint, callTool('whoami'), { token })).status).toBe(200)
    } finally {
      await few.close()
    }
  })

  test.each([
    ['a request', { jsonrpc: '2.0', id: 'x'.repeat(257), method: 'ping' }],
    [
      'a batch',
      [
        { jsonrpc: '2.0', id: 1, method: 'ping' },
        { jsonrpc: '2.0', id: 'x'.repeat(257), method: 'ping' },
      ],
    ],
    [
      'a cancellation',
      {
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: 'x'.repeat(257) },
      },
    ],
  ])('[RS30] an id of 257 characters in %s is refused, one of 256 is not', async (_, message) => {
    const token = await issuer.mint(door.audience, { claims: { sub: 'auth0|long' } })
    const shorter = JSON.stringify(message).replace('xx', 'x')
    expect((await postMcp(door.endpoint, message, { token })).status).toBe(400)
    expect([200, 202]).toContain((await postMcp(door.endpoint, shorter, { token })).status)
  })

  test('an unknown path is 404 in JSON and echoes nothing', async () => {
    const response = await fetch(`${door.origin}/%3Cscript%3E`)
    expect(response.status).toBe(404)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ error: 'not_found' })
    expect(text).not.toMatch(/%3C|<script/)
  })
})
