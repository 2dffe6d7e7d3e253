import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCachingExchanger } from '../../../src/exchange/caching-exchanger.js'
import { createMemoryTokenCache, type TokenCache } from '../../../src/exchange/token-cache.js'
import type { ExchangedToken } from '../../../src/exchange/token-exchanger.js'
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
} from '../../helpers/exchange-requests.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { failureOf } from '../outcomes.js'

function setUp(cache: TokenCache) {
  const inner = new PromptExchanger()
  const log = new RecordingLog()
  const exchanger = createCachingExchanger(inner, {
    ...{ cache, log, clientId: 'mcp-server', subjectTokenType: 'urn:example' },
    clock: new ManualClock().clock,
  })
  const operations = (): unknown[] =>
    log.named('token_cache_failed').map(({ fields }) => fields['operation'])
  return { inner, exchanger, operations }
}

/** A store of somebody's own, which keeps no promise of the port but where it is told to. */
function storeWith(changes: Readonly<Record<string, unknown>>): TokenCache {
  return { ...createMemoryTokenCache(), ...changes }
}

const OPERATIONS = ['get', 'set', 'delete'] as const

let unhandled: unknown[] = []
const note = (error: unknown): void => void unhandled.push(error)

beforeEach(() => {
  unhandled = []
  process.on('unhandledRejection', note)
})

afterEach(async () => {
  await settled()
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

test.each(OPERATIONS.map((operation) => [operation] as const))(
  '[S16.2] a store whose %s throws at once is a store that has nothing, and ends nobody',
  async (operation) => {
    const store = storeWith({
      [operation]: () => {
        throw new TypeError('a fault of the store')
      },
    })
    const { inner, exchanger } = setUp(store)
    expect(revealed(await exchanger.exchange(requestOf()))).toBe('exchanged-1')
    await settled()
    const replacing = new Secret('exchanged-1')
    expect(revealed(await exchanger.exchange(requestOf(), { replacing }))).toBe('exchanged-2')
    await exchanger.forget(requestOf(), new Secret('exchanged-2'))
    inner.answer = failing('consent_required')
    expect((await failureOf(exchanger.exchange(requestOf({ scopes: ['x'] })))).code).toBe(
      'consent_required',
    )
  },
)

test.each(OPERATIONS.map((operation) => [operation] as const))(
  '[S16.2] a store whose %s answers without a promise does not matter',
  async (operation) => {
    const { exchanger } = setUp(storeWith({ [operation]: () => undefined }))
    expect(revealed(await exchanger.exchange(requestOf()))).toBe('exchanged-1')
  },
)

const owner = { issuer: ISSUER, subject: 'auth0|alice', expiresAtMs: (NOW_SECONDS + 60) * 1_000 }

test.each<[string, unknown]>([
  ['a text', 'entry'],
  ['a number', 7],
  ['a list', []],
  ['an empty object', {}],
  ['no token', owner],
  ['no owner', { token: exchangedOf('x'), expiresAtMs: owner.expiresAtMs }],
  ['no issuer', { ...owner, token: exchangedOf('x'), issuer: undefined }],
  ['an issuer that is no text', { ...owner, token: exchangedOf('x'), issuer: 7 }],
  ['no subject', { ...owner, token: exchangedOf('x'), subject: undefined }],
  ['a subject that is no text', { ...owner, token: exchangedOf('x'), subject: [ISSUER] }],
  ['a bare text as the token', { ...owner, token: { token: 'stolen' } }],
  [
    'a token as JSON has it',
    { ...owner, token: JSON.parse(JSON.stringify(exchangedOf('x'))) as unknown },
  ],
  ['null as the token', { ...owner, token: null }],
  ['scopes that are none', { ...owner, token: { ...exchangedOf('x'), scopes: 'all' } }],
  ['a list of scopes that are none', { ...owner, token: { ...exchangedOf('x'), scopes: [5] } }],
  ['a scope among others', { ...owner, token: { ...exchangedOf('x'), scopes: ['read', null] } }],
  [
    'an expiry of the token in words',
    { ...owner, token: { ...exchangedOf('x'), expiresAtSeconds: 'never' } },
  ],
  ['null as the refusal', { ...owner, refusal: null }],
  ['an expiry in words', { ...owner, token: exchangedOf('x'), expiresAtMs: 'never' }],
  ['a refusal of no known code', { ...owner, refusal: { code: 'because', details: {} } }],
  ['a refusal that is not kept', { ...owner, refusal: { code: 'exchange_rejected', details: {} } }],
  ['a refusal without details', { ...owner, refusal: { code: 'consent_required' } }],
  [
    'both',
    { ...owner, token: exchangedOf('x'), refusal: { code: 'consent_required', details: {} } },
  ],
])('[S16.2] a store that returns %s has nothing, and says so in the log', async (_, garbage) => {
  const { exchanger, operations } = setUp(storeWith({ get: () => garbage }))
  expect(revealed(await exchanger.exchange(requestOf()))).toBe('exchanged-1')
  expect(operations()).toEqual(['get'])
})

test.each<[string, Partial<Omit<ExchangedToken, 'token'>>]>([
  ['scopes', { scopes: ['read:private', 'more'] }],
  ['no scopes', { scopes: undefined }],
  ['an empty list of scopes', { scopes: [] }],
  ['an expiry', { expiresAtSeconds: NOW_SECONDS + 60 }],
  ['no expiry', { expiresAtSeconds: undefined }],
])('[S16.2] a store that returns a token with %s has that token', async (_, changes) => {
  const kept = { ...owner, token: exchangedOf('kept', changes) }
  const { exchanger, operations } = setUp(storeWith({ get: () => Promise.resolve(kept) }))
  expect(revealed(await exchanger.exchange(requestOf()))).toBe('kept')
  expect(operations()).toEqual([])
})

test('[S16.2] a store that returns null has nothing, and that is no failure', async () => {
  const { exchanger, operations } = setUp(storeWith({ get: () => Promise.resolve(null) }))
  expect(revealed(await exchanger.exchange(requestOf()))).toBe('exchanged-1')
  expect(operations()).toEqual([])
})

test('[S16.2] a store that returns anything at all never ends a call', async () => {
  await fc.assert(
    fc.asyncProperty(fc.anything({ withNullPrototype: true }), async (garbage) => {
      const { exchanger } = setUp(storeWith({ get: () => garbage }))
      expect(revealed(await exchanger.exchange(requestOf()))).toBe('exchanged-1')
    }),
  )
})

test('a call that is over before it begins asks neither the cache nor the server', async () => {
  const asked: string[] = []
  const get = (key: string): void => void asked.push(key)
  const { inner, exchanger } = setUp(storeWith({ get }))
  const { code } = await failureOf(exchanger.exchange(requestOf(), { signal: AbortSignal.abort() }))
  expect([code, asked, inner.count]).toEqual(['cancelled', [], 0])
})
