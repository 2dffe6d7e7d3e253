import type { VersionNegotiationMode } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  SEEN_BY_API,
  SET_UPS,
  startSetUp,
  type ProviderSetUp,
  type UserName,
} from '../helpers/provider-set-up.js'
import { leakedInto } from '../helpers/exchange-leaks.js'

/** Fewer scopes at first than `greet` needs, and yet it is in the list. */
const STEP_UP = { MCP_BASELINE_SCOPES: 'tool:whoami', LOCKED_TOOLS: 'show' }

const MODES: readonly (readonly [string, VersionNegotiationMode])[] = [
  ['of its own choice', 'auto'],
  ['2026-07-28', { pin: '2026-07-28' }],
  ['2025-11-25', 'legacy'],
]

/** Notes what the MCP server refuses, beside making the requests. */
function observed(endpoint: URL): { readonly refusals: string[]; readonly fetch: typeof fetch } {
  const refusals: string[] = []
  return {
    refusals,
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      const url = input instanceof Request ? input.url : String(input)
      if (url === endpoint.href && response.status > 400 && response.status !== 405) {
        const [, error] = /error="(\w+)"/.exec(response.headers.get('www-authenticate') ?? '') ?? []
        refusals.push([response.status, error ?? ''].join(' ').trim())
      }
      return response
    },
  }
}

describe.each(SET_UPS)('a client of the official SDK, with the set-up for %s,', (name) => {
  let running: ProviderSetUp

  beforeAll(async () => {
    running = await startSetUp(name, STEP_UP)
  })

  afterAll(() => running.close())

  const seenOf = (scope: string, user: UserName = 'alice') => ({
    aud: running.apiAudience,
    ...SEEN_BY_API[name](user, scope),
  })

  test.each(MODES)(
    'gets from the first 401 to the answer of the API, with more scopes asked for on the way, in revision %s',
    async (_revision, mode) => {
      const { refusals, fetch } = observed(running.endpoint)
      const alice = await running.connect('alice', { mode, fetch })
      expect(refusals).toEqual(['401'])
      const { client } = alice
      const { tools } = await client.listTools()
      expect(tools.map((tool) => tool.name)).toEqual(
        expect.arrayContaining(['whoami', 'greet', 'createBooking']),
      )
      const who = await client.callTool({ name: 'whoami', arguments: {} })
      expect(who.isError ?? false).toBe(false)
      const first = running.apiCalls.length

      const greeted = await alice.steppedUp(() => client.callTool({ name: 'greet', arguments: {} }))
      expect(greeted.isError ?? false).toBe(false)
      expect(refusals).toEqual(['401', '403 insufficient_scope'])
      const booked = await alice.steppedUp(() =>
        client.callTool({
          name: 'createBooking',
          arguments: { body: { tripId: 'trip-7', passengers: 2 } },
        }),
      )
      expect(booked.isError ?? false).toBe(false)
      expect(refusals).toEqual(['401', '403 insufficient_scope', '403 insufficient_scope'])
      // What was granted before is kept.
      const again = await client.callTool({ name: 'greet', arguments: {} })
      expect(again.isError ?? false).toBe(false)

      expect(running.apiCalls.slice(first)).toEqual([
        expect.objectContaining(seenOf('read:private')),
        expect.objectContaining(seenOf('write:bookings')),
        expect.objectContaining(seenOf('read:private')),
      ])
      const { access_token: token = '' } = alice.provider.tokens() ?? {}
      expect(token).not.toBe('')
      expect(leakedInto(running.log.text(), [token])).toEqual([])
      await alice.close()
    },
  )

  test('is never answered as another user, in interleaved calls of two', async () => {
    const users = await Promise.all(
      (['alice', 'bob'] as const).map(async (user) => ({
        user,
        session: await running.connect(user),
      })),
    )
    const greet = async ({ session }: (typeof users)[number]): Promise<unknown> => {
      const call = () => session.client.callTool({ name: 'greet', arguments: {} })
      const { structuredContent } = await session.steppedUp(call)
      return (structuredContent as { api: { sub: unknown } }).api.sub
    }
    for (const each of users) await greet(each)
    const first = running.apiCalls.length
    const rounds = 10
    const subjects = await Promise.all(
      Array.from({ length: rounds }, () => users).flatMap((round) => round.map(greet)),
    )
    const calls = running.apiCalls.slice(first)
    expect(calls).toHaveLength(2 * rounds)
    for (const [index, { user, session }] of users.entries()) {
      const own = calls.filter((claims) =>
        Object.entries(SEEN_BY_API[name](user, 'read:private')).every(
          ([claim, value]) => JSON.stringify(claims[claim]) === JSON.stringify(value),
        ),
      )
      expect(own).toHaveLength(rounds)
      const [sub, ...others] = new Set(own.map((claims) => claims['sub']))
      expect(others).toEqual([])
      expect(subjects.filter((_subject, at) => at % 2 === index)).toEqual(
        Array.from({ length: rounds }, () => sub),
      )
      await session.close()
    }
  })
})
