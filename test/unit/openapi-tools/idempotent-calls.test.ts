import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Caller } from '../../../src/identity/caller.js'
import { Secret } from '../../../src/secret.js'
import { createRetryIds } from '../../../src/openapi-tools/retry-ids.js'
import type { ContentTool } from '../../../src/tools/tool.js'
import { json } from '../answer-json.js'
import { failureOf } from '../outcomes.js'
import { documentOf, documentWith, onlyTool, toolsOf } from './called-tools.js'
import {
  ALICE,
  argumentsOf,
  cut,
  DAY,
  fine,
  KEY,
  offered,
  setUp,
  UUID,
} from './idempotent-tools.js'

type Json = Readonly<Record<string, unknown>>

const BOB = { issuer: 'https://as.example/', subject: 'bob' } as Caller

function bookingTool(method = 'post', parameters: readonly Json[] = [KEY, DAY]): ContentTool {
  return onlyTool(documentOf({ parameters }, { method }))
}

describe('an operation that declares Idempotency-Key', () => {
  test('gets a new UUID with each call, which the model neither sees nor gives', async () => {
    const { call, keys } = await setUp(fine)
    const tool = bookingTool()
    expect(argumentsOf(tool)).toEqual(['day', 'retry_of'])
    await call(tool, { day: 'Monday' })
    await call(tool, { day: 'Monday' })
    const [first, second] = keys()
    expect([first, second]).toEqual([expect.stringMatching(UUID), expect.stringMatching(UUID)])
    expect(first).not.toBe(second)
  })

  test.each(['post', 'patch'])(
    '[openapi 28] by %s that gets 401 is called once more, with the same key and a new token',
    async (method) => {
      const { call, keys, seen } = await setUp(json({}, 401), fine)
      await call(bookingTool(method))
      const [first, second] = keys()
      expect(seen.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer exchanged.token',
        'Bearer renewed.token',
      ])
      expect(second).toBe(first)
    },
  )

  test.each(['post', 'patch'])(
    '[openapi 28] by %s whose connection breaks is called once more, with the same key',
    async (method) => {
      const { call, keys } = await setUp(cut, fine)
      await call(bookingTool(method))
      const [first, second, third] = keys()
      expect([second, third]).toEqual([first, undefined])
    },
  )

  test('[openapi 28] by POST whose outcome stays unknown offers an id, which repeats the call with the same key', async () => {
    const { call, keys } = await setUp(cut, cut, fine)
    const tool = bookingTool()
    const failure = await failureOf(call(tool, { day: 'Monday' }))
    expect(failure.code).toBe('downstream_unavailable')
    expect(failure.message).toMatch(
      /^The API did not complete the call\. It is not known whether the call took effect: .* Or repeat it with the same arguments and "retry_of": "[\w-]+": the API then carries it out once at most\.$/,
    )
    await call(tool, { day: 'Monday', retry_of: offered(failure) })
    const [first, ...others] = keys()
    expect(first).toMatch(UUID)
    expect(failure.message).not.toContain(first)
    expect(others).toEqual([first, first])
  })

  test.each([409, 429, 503])(
    'whose second try gets %i after a connection that broke has an unknown outcome',
    async (status) => {
      const { call } = await setUp(cut, json({}, status))
      const failure = await failureOf(call(bookingTool()))
      expect(failure.message).toContain(`did not take the second try (HTTP ${status})`)
      expect(failure.details.outcomeUnknown).toBe(true)
      expect(offered(failure)).not.toBe('')
    },
  )

  test('that gets 409 at once is refused, with nothing to repeat', async () => {
    const { call } = await setUp(json({}, 409))
    const failure = await failureOf(call(bookingTool()))
    expect(failure.message).toBe('The API refused the call because of a conflict (HTTP 409).')
  })

  test('that the API has accepted, and whose answer breaks off, is not to be repeated', async () => {
    const { call } = await setUp((_req, res) => {
      res.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' })
      res.write('{', () => res.destroy())
    })
    const failure = await failureOf(call(bookingTool()))
    expect(failure.message).toMatch(/accepted the call \(HTTP 201\): do not make it again/)
    expect(offered(failure)).toBe('')
  })

  test.each(['get', 'put', 'delete'])(
    'by %s gets a key too, and no id to repeat it',
    async (method) => {
      const { call, keys } = await setUp(cut, fine)
      const tool = bookingTool(method)
      expect(argumentsOf(tool)).toEqual(['day'])
      await call(tool)
      expect(keys()).toEqual([expect.stringMatching(UUID), keys()[0]])
    },
  )

  test('keeps a parameter of its own that is called retry_of, under another name', () => {
    const own = { name: 'retry_of', in: 'query', schema: { type: 'string' } }
    expect(argumentsOf(bookingTool('post', [KEY, own]))).toEqual(['retry_of_query', 'retry_of'])
  })

  test('keeps a key that somebody has fixed', async () => {
    const { call, keys } = await setUp(fine)
    const curation = { call_it: { fixed: { 'idempotency-KEY': 'always' } } }
    await call(onlyTool(documentOf({ parameters: [KEY] }, { method: 'post' }), { curation }))
    expect(keys()).toEqual(['always'])
  })
})

describe('an id of a call to repeat', () => {
  const REFUSED = /^The API was not called: "retry_of" is no id that this tool gave this user/

  test.each<[string, Json, Caller]>([
    ['another user', { day: 'Monday' }, BOB],
    ['other arguments', { day: 'Tuesday' }, ALICE],
    ['fewer arguments', {}, ALICE],
  ])('is refused from %s, and the API is not called', async (_what, args, caller) => {
    const { call, seen } = await setUp(cut)
    const tool = bookingTool()
    const id = offered(await failureOf(call(tool, { day: 'Monday' })))
    const before = seen.length
    const failure = await failureOf(call(tool, { ...args, retry_of: id }, caller))
    expect([failure.code, failure.message]).toEqual([
      'invalid_argument',
      expect.stringMatching(REFUSED),
    ])
    expect(seen).toHaveLength(before)
  })

  test('is refused by another tool, and by the same tool of another process', async () => {
    const { call, seen } = await setUp(cut)
    const operation = { parameters: [KEY], responses: { 200: { description: 'Fine' } } }
    const two = documentWith({
      '/a': { post: { operationId: 'a', ...operation } },
      '/b': { post: { operationId: 'b', ...operation } },
    })
    const [a, b] = toolsOf(two).tools as readonly [ContentTool, ContentTool]
    const [elsewhere] = toolsOf(two).tools as readonly [ContentTool]
    const id = offered(await failureOf(call(a)))
    const before = seen.length
    for (const tool of [b, elsewhere]) {
      expect((await failureOf(call(tool, { retry_of: id }))).message).toMatch(REFUSED)
    }
    expect(seen).toHaveLength(before)
  })

  test.each(['', 'x', randomUUID(), 'A'.repeat(67), 'A'.repeat(10_000), 'ä€'])(
    'is refused where nobody gave it: %#',
    async (id) => {
      const { call, seen } = await setUp(fine)
      expect((await failureOf(call(bookingTool(), { retry_of: id }))).message).toMatch(REFUSED)
      expect(seen).toHaveLength(0)
    },
  )

  test('opens for an hour, with its own binding, and as it was written', () => {
    let now = 1_000_000
    const ids = createRetryIds({ clock: () => now })
    const id = ids.seal('key', 'binding')
    expect(ids.open(id, 'binding')).toBe('key')
    expect(ids.open(id, 'bindinG')).toBeUndefined()
    for (let at = 0; at < id.length; at += 1) {
      const other = id[at] === 'A' ? 'Q' : 'A'
      const changed = `${id.slice(0, at)}${other}${id.slice(at + 1)}`
      expect(ids.open(changed, 'binding'), changed).toBeUndefined()
    }
    now += 3_600_000
    expect(ids.open(id, 'binding')).toBe('key')
    now += 1
    expect(ids.open(id, 'binding')).toBeUndefined()
  })

  test('opens with the keys that it was sealed with, the one before included, and with no other', () => {
    const [one, two, other] = ['1', '2', '3'].map((each) => new Secret(each.repeat(32)))
    const ids = (...keys: (Secret | undefined)[]) =>
      createRetryIds({ keys: keys.filter((key) => key !== undefined) })
    const id = ids(one).seal('key', 'binding')
    expect(ids(one).open(id, 'binding')).toBe('key')
    expect(ids(two, one).open(id, 'binding')).toBe('key')
    expect(ids(two, other).open(id, 'binding')).toBeUndefined()
    expect(ids().open(id, 'binding')).toBeUndefined()
    expect(ids(one).open(ids(two, one).seal('key', 'binding'), 'binding')).toBeUndefined()
  })
})

describe('an operation that declares no key', () => {
  test.each([401, 'cut'] as const)(
    '[openapi 28] is not called again by POST after %s',
    async (what) => {
      const { call, seen } = await setUp(what === 401 ? json({}, 401) : cut, fine)
      const failure = await failureOf(call(bookingTool('post', [DAY])))
      expect(seen).toHaveLength(1)
      expect(seen[0]?.headers['idempotency-key']).toBeUndefined()
      expect(offered(failure)).toBe('')
    },
  )
})
