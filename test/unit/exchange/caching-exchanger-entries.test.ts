import { describe, expect, test } from 'vitest'
import type { FailureCode } from '../../../src/failures/errors.js'
import {
  createCachingExchanger,
  type CachingExchangerOptions,
} from '../../../src/exchange/caching-exchanger.js'
import {
  createMemoryTokenCache,
  type CacheEntry,
  type TokenCache,
} from '../../../src/exchange/token-cache.js'
import type { ExchangeOptions } from '../../../src/exchange/token-exchanger.js'
import { Secret } from '../../../src/secret.js'
import { ManualClock, settled } from '../../helpers/exchange-clock.js'
import {
  exchangedOf,
  failing,
  ISSUER,
  NOW_SECONDS,
  PromptExchanger,
  requestOf,
  revealed,
  type RequestChanges,
} from '../../helpers/exchange-requests.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { failureOf } from '../outcomes.js'

function setUp(options: Partial<CachingExchangerOptions> = {}) {
  const inner = new PromptExchanger()
  const [time, log] = [new ManualClock(), new RecordingLog()]
  const cache = createMemoryTokenCache()
  const exchanger = createCachingExchanger(inner, {
    ...{ cache, log, clientId: 'mcp-server', subjectTokenType: 'urn:example', clock: time.clock },
    ...options,
  })
  const token = async (changes: RequestChanges = {}, given: ExchangeOptions = {}) =>
    revealed(await exchanger.exchange(requestOf(changes), given))
  const failure = async (changes: RequestChanges = {}) =>
    failureOf(exchanger.exchange(requestOf(changes)))
  return { inner, time, log, cache, exchanger, token, failure }
}

/** Answers every question with one entry. */
function cacheOf(entry: CacheEntry): TokenCache & { readonly deleted: string[] } {
  const deleted: string[] = []
  return {
    deleted,
    get: () => Promise.resolve(entry),
    set: () => Promise.resolve(),
    delete: (key) => {
      deleted.push(key)
      return Promise.resolve()
    },
  }
}
describe('the life of a token', () => {
  const seconds = { hour: 3_600, day: 86_400 }

  test.each<[string, number, number, Partial<CachingExchangerOptions>, number]>([
    ['its own expiry, less 30 s', 600, seconds.hour, {}, 570],
    ["the caller's token's expiry, less 30 s", seconds.day, 900, {}, 870],
    ['an hour at the most', seconds.day, seconds.day, {}, seconds.hour],
    [
      'its own expiry, less the skew that is set',
      600,
      seconds.hour,
      { expiryMarginMs: 5_000 },
      595,
    ],
    ['the cap that is set', 600, seconds.hour, { maxAgeMs: 60_000 }, 60],
  ])('a token lives until %s', async (_, ownSeconds, subjectSeconds, options, lifeSeconds) => {
    const { inner, time, token } = setUp(options)
    inner.answer = (_request, count) =>
      exchangedOf(`exchanged-${count}`, { expiresAtSeconds: NOW_SECONDS + ownSeconds })
    const caller = { expiresAtSeconds: NOW_SECONDS + subjectSeconds }
    expect(await token({ caller })).toBe('exchanged-1')
    time.jump(lifeSeconds * 1_000 - 1)
    expect(await token({ caller })).toBe('exchanged-1')
    time.jump(1)
    expect(await token({ caller })).toBe('exchanged-2')
  })

  test.each([
    ['does not say when it ends', {}],
    ['ends within the skew', { expiresAtSeconds: NOW_SECONDS + 30 }],
    ['has ended', { expiresAtSeconds: NOW_SECONDS - 1 }],
  ])('the life of a token is none where it %s', async (_, life) => {
    const { inner, token, cache } = setUp()
    const kept: CacheEntry[] = []
    const set = cache.set.bind(cache)
    cache.set = (key, entry) => {
      kept.push(entry)
      return set(key, entry)
    }
    inner.answer = (_request, count) => ({
      token: new Secret(`exchanged-${count}`),
      tokenType: 'bearer',
      ...life,
    })
    expect([await token(), await token()]).toEqual(['exchanged-1', 'exchanged-2'])
    expect(kept).toEqual([])
  })
})

describe('the owner of an entry', () => {
  const owner = { issuer: ISSUER, subject: 'auth0|alice', expiresAtMs: Infinity }
  const entry = { ...owner, token: exchangedOf("alice's") }

  test('the owner of an entry is served', async () => {
    const { token, inner } = setUp({ cache: cacheOf(entry) })
    expect(await token()).toBe("alice's")
    expect(inner.count).toBe(0)
  })

  test.each([
    ['another user', { subject: 'auth0|bob' }],
    ['a user of the same name at another issuer', { issuer: 'https://other.example/' }],
    ['a user whose name is the beginning of it', { subject: 'auth0|ali' }],
  ])('the owner of an entry is not %s, whatever the cache says', async (_, caller) => {
    const cache = cacheOf(entry)
    const { token, inner, log } = setUp({ cache })
    expect(await token({ caller })).toBe('exchanged-1')
    expect(inner.count).toBe(1)
    expect(cache.deleted).toHaveLength(1)
    expect(log.named('cache_owner_mismatch')).toMatchObject([
      { level: 'error', fields: { security: true } },
    ])
    expect(log.text()).not.toContain("alice's")
  })

  test('the owner of an entry of a refusal is compared as well', async () => {
    const refused = { ...owner, refusal: { code: 'mfa_required' as const, details: {} } }
    const { token, failure } = setUp({ cache: cacheOf(refused) })
    expect((await failure()).code).toBe('mfa_required')
    expect(await token({ caller: { subject: 'auth0|bob' } })).toBe('exchanged-1')
  })

  test('the owner of an entry is not served either once the entry is too old, though the cache still has it', async () => {
    const { token } = setUp({ cache: cacheOf({ ...entry, expiresAtMs: NOW_SECONDS * 1_000 }) })
    expect(await token()).toBe('exchanged-1')
  })
})

const DEFINITE: readonly FailureCode[] = [
  'reauthentication_required',
  'downstream_scope_denied',
  'consent_required',
  'mfa_required',
  'access_denied',
  'exchange_misconfigured',
]

describe('a refusal', () => {
  test.each(DEFINITE)('a refusal as definite as %s is remembered for 5 seconds', async (code) => {
    const { inner, time, failure } = setUp()
    const refused = {
      reason: 'unexpected_status',
      status: 403,
      oauthError: 'access_denied',
    } as const
    inner.answer = failing(code, { ...refused, retryAfterSeconds: 7, cause: new Error() })
    const first = await failure()
    time.jump(4_999)
    const again = await failure()
    expect(inner.count).toBe(1)
    expect([again.code, again.details.reason]).toEqual([first.code, first.details.reason])
    expect(again.details).toMatchObject(refused)
    expect(again.details.retryAfterSeconds).toBe(7)
    time.jump(1)
    await failure()
    expect(inner.count).toBe(2)
  })

  test.each<FailureCode>([
    'exchange_unavailable',
    'exchange_rejected',
    'cancelled',
    'internal_error',
    'misconfigured',
  ])('a refusal as passing as %s is not remembered', async (code) => {
    const { inner, failure, log } = setUp()
    inner.answer = failing(code)
    await failure()
    await failure()
    expect([inner.count, log.named('token_cache_failed')]).toEqual([2, []])
  })

  test('a refusal of one token is nothing to another, not even of the same user', async () => {
    const { inner, failure, token } = setUp()
    inner.answer = (request, count) =>
      request.subjectToken.reveal() === 'bad'
        ? failing('reauthentication_required')()
        : exchangedOf(`exchanged-${count}`)
    await failure({ subjectToken: 'bad' })
    expect(await token({ subjectToken: 'good' })).toBe('exchanged-2')
    expect(await token({ caller: { subject: 'auth0|bob' } })).toBe('exchanged-3')
  })

  test('a refusal of one scope or audience is nothing to another', async () => {
    const { inner, failure } = setUp()
    inner.answer = failing('downstream_scope_denied')
    await failure()
    await failure({ scopes: ['read:other'] })
    await failure({ audience: 'https://other.example/' })
    expect(inner.count).toBe(3)
  })

  test('a refusal is remembered not at all where that is set', async () => {
    const { inner, failure } = setUp({ negativeTtlMs: 0 })
    inner.answer = failing('mfa_required')
    await failure()
    await failure()
    expect(inner.count).toBe(2)
  })

  test('a refusal is remembered without the error that caused it', async () => {
    const { inner, failure } = setUp()
    inner.answer = failing('mfa_required', { cause: new Error('holds a whole response') })
    await failure()
    expect((await failure()).cause).toBeUndefined()
  })
})

describe('a token that the API refused', () => {
  test('a token that the API refused is exchanged anew, and everybody gets the new one', async () => {
    const { inner, token } = setUp()
    const old = new Secret(await token())
    expect(await token({}, { replacing: old })).toBe('exchanged-2')
    expect(await token()).toBe('exchanged-2')
    expect(inner.count).toBe(2)
  })

  test('a token that the API refused is exchanged anew once, however many calls it was refused for', async () => {
    const { inner, token } = setUp()
    const replacing = new Secret(await token())
    const renewed = await Promise.all(Array.from({ length: 50 }, () => token({}, { replacing })))
    expect(new Set(renewed)).toEqual(new Set(['exchanged-2']))
    expect(inner.count).toBe(2)
  })

  test('a token that the API refused does not take the newer one of somebody else along', async () => {
    const { inner, token } = setUp()
    await token()
    expect(await token({}, { replacing: new Secret('long gone') })).toBe('exchanged-1')
    expect(inner.count).toBe(1)
  })

  test('a token that the API refused is given up without a new one where the call is not made again', async () => {
    const { inner, exchanger, token } = setUp()
    const refused = new Secret(await token())
    await exchanger.forget(requestOf(), new Secret('another'))
    expect(await token()).toBe('exchanged-1')
    await exchanger.forget(requestOf(), refused)
    expect(inner.count).toBe(1)
    expect(await token()).toBe('exchanged-2')
  })

  test('a token that the API refused leaves other exchanges alone', async () => {
    const { inner, token } = setUp()
    const old = new Secret(await token())
    await token({ scopes: ['read:other'] })
    await token({}, { replacing: old })
    await token({ scopes: ['read:other'] })
    expect(inner.count).toBe(3)
  })
})

describe('a cache that fails', () => {
  const broken = (part: keyof TokenCache): TokenCache => ({
    ...createMemoryTokenCache(),
    [part]: () => Promise.reject(new Error('connection lost')),
  })

  test.each(['get', 'set'] as const)('a cache that fails to %s is a miss', async (part) => {
    const { inner, token, log } = setUp({ cache: broken(part) })
    expect([await token(), await token()]).toEqual(['exchanged-1', 'exchanged-2'])
    expect(inner.count).toBe(2)
    expect(log.named('token_cache_failed')).toMatchObject([
      { level: 'warn', fields: { operation: part } },
      { level: 'warn', fields: { operation: part } },
    ])
    expect(log.text()).not.toContain('exchanged-1')
  })

  test('a cache that fails to delete does not bring a refused token back', async () => {
    const { token } = setUp({ cache: broken('delete') })
    const old = new Secret(await token())
    expect(await token({}, { replacing: old })).toBe('exchanged-2')
  })

  test('a cache that fails to answer keeps nobody from the token that was exchanged', async () => {
    const cache = createMemoryTokenCache()
    cache.set = () => new Promise(() => undefined)
    const { token } = setUp({ cache })
    const got: string[] = []
    void token().then((given) => got.push(given))
    await settled()
    expect(got).toEqual(['exchanged-1'])
  })
})
