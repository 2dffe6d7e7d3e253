import { describe, expect, test } from 'vitest'
import {
  createAuth0ApiClientExchanger,
  type ApiClientToken,
  type Auth0ApiClientExchangerOptions,
  type ExchangingApiClient,
} from '../../../src/exchange/auth0-api-client-exchanger.js'
import type { RateLimit } from '../../../src/exchange/rate-limits.js'
import { ACCESS_TOKEN_TYPE, type ExchangeOptions } from '../../../src/exchange/token-exchanger.js'
import { NOW_SECONDS, requestOf, type RequestChanges } from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

const TOKEN: ApiClientToken = { accessToken: 'exchanged', expiresAt: NOW_SECONDS + 600 }

/** A client of somebody's own: it answers as `answer` says, and notes how it was asked. */
function setUp(
  answer: () => Promise<unknown>,
  options: Partial<Auth0ApiClientExchangerOptions> = {},
) {
  const calls: { readonly method: string; readonly options: object }[] = []
  const asked = (method: string) => (_token: string, given: object) => {
    calls.push({ method, options: given })
    return answer() as Promise<ApiClientToken>
  }
  const apiClient: ExchangingApiClient = {
    getTokenOnBehalfOf: asked('getTokenOnBehalfOf'),
    getTokenByExchangeProfile: asked('getTokenByExchangeProfile'),
  }
  const exchanger = createAuth0ApiClientExchanger({
    apiClient,
    clock: () => NOW_SECONDS * 1_000,
    ...options,
  })
  const exchange = (changes: RequestChanges = {}, given?: ExchangeOptions) =>
    exchanger.exchange(requestOf(changes), given)
  return { calls, exchange }
}

/** What the library throws, as far as anybody can tell: an error with these members. */
function thrown(members: object): Error {
  return Object.assign(new Error('the exchange failed'), members)
}

function refusing(members: object) {
  const { exchange } = setUp(() => Promise.reject(thrown(members)))
  return async (changes: RequestChanges = {}) => {
    const { code, details } = await failureOf(exchange(changes))
    return [code, details.reason, details.status]
  }
}

const LOST = ['exchange_unavailable', 'connection_lost', undefined]
const LIMITED = ['exchange_unavailable', 'rate_limited', 429]

describe('an ApiClient', () => {
  test('an ApiClient is asked for no scope where none is needed', async () => {
    const { calls, exchange } = setUp(() => Promise.resolve(TOKEN))
    await exchange({ scopes: [] })
    await exchange({ scopes: ['a', 'b'] })
    const audience = 'https://api.example/'
    expect(calls).toEqual([
      { method: 'getTokenOnBehalfOf', options: { audience } },
      { method: 'getTokenOnBehalfOf', options: { audience, scope: 'a b' } },
    ])
  })

  test.each([
    [undefined, 'getTokenOnBehalfOf'],
    [ACCESS_TOKEN_TYPE, 'getTokenOnBehalfOf'],
    ['urn:example:mcp', 'getTokenByExchangeProfile'],
  ])(
    'an ApiClient exchanges On-Behalf-Of unless a profile of its own is set: %s',
    async (subjectTokenType, method) => {
      const { calls, exchange } = setUp(() => Promise.resolve(TOKEN), { subjectTokenType })
      await exchange()
      expect(calls.map((call) => call.method)).toEqual([method])
    },
  )

  test('an ApiClient may leave out the types of the token, which it has asked for itself', async () => {
    const plain = await setUp(() => Promise.resolve(TOKEN)).exchange()
    expect(plain).toMatchObject({ tokenType: 'Bearer', issuedTokenType: ACCESS_TOKEN_TYPE })
    const types = { tokenType: 'DPoP', issuedTokenType: 'urn:example:other' }
    const typed = await setUp(() => Promise.resolve({ ...TOKEN, ...types })).exchange()
    expect(typed).toMatchObject(types)
  })

  test.each([undefined, null, 5])(
    'an ApiClient that answers with %j for a token has answered nonsense',
    async (accessToken) => {
      const { exchange } = setUp(() => Promise.resolve({ ...TOKEN, accessToken }))
      const { code, details } = await failureOf(exchange())
      expect([code, details.reason]).toEqual(['exchange_unavailable', 'nonsense'])
    },
  )
})

describe('an error of an ApiClient', () => {
  test.each([
    ['too_many_requests', LIMITED],
    ['too_many_attempts', LIMITED],
    ['server_error', ['exchange_unavailable', 'unexpected_status', 500]],
    ['temporarily_unavailable', ['exchange_unavailable', 'unexpected_status', 500]],
    ['invalid_target', ['exchange_misconfigured', 'unexpected_status', 400]],
    ['invalid_grant', ['reauthentication_required', 'unexpected_status', 400]],
  ])(
    'an error of an ApiClient that tells the OAuth error %s without a status gets the likely one',
    async (error, outcome) => {
      expect(await refusing({ error })()).toEqual(outcome)
    },
  )

  test.each<[string, object, readonly unknown[]]>([
    ['itself', { statusCode: 429 }, LIMITED],
    ['its cause', { cause: thrown({ statusCode: 429 }) }, LIMITED],
    [
      'the nearest level that has it',
      { statusCode: 429, cause: { statusCode: 500, error: 'server_error' } },
      LIMITED,
    ],
    [
      'a level behind one whose members are of other types',
      { statusCode: '500', error: 5, cause: { statusCode: 429, error: 'too_many_requests' } },
      LIMITED,
    ],
  ])('an error of an ApiClient tells the status by %s', async (_, members, outcome) => {
    expect(await refusing(members)()).toEqual(outcome)
  })

  test.each<[string, object]>([
    ['nothing', {}],
    ['an empty OAuth error', { error: '' }],
    ['an OAuth error that is no text', { error: 5 }],
    ['a status that is no number', { statusCode: '429' }],
    ['null as its cause', { cause: null }],
    ['a text as its cause', { cause: 'ECONNRESET' }],
  ])('an error of an ApiClient that tells %s is a connection that was lost', async (_, members) => {
    expect(await refusing(members)()).toEqual(LOST)
  })

  test('an error of an ApiClient for an answer of 200 says that the answer was nonsense', async () => {
    const outcome = await refusing({ statusCode: 200 })()
    expect(outcome).toEqual(['exchange_unavailable', 'nonsense', undefined])
  })

  test('an error of an ApiClient is followed along five levels of causes and no further', async () => {
    const behind = (levels: number): object => {
      let error: object = { statusCode: 429 }
      for (let level = 0; level < levels; level += 1) error = { cause: error }
      return error
    }
    expect(await refusing(behind(4))()).toEqual(LIMITED)
    expect(await refusing(behind(5))()).toEqual(LOST)
  })

  test('an error of an ApiClient that blames a token which is fresh from a sign-in blames the configuration', async () => {
    const refused = refusing({ statusCode: 400, error: 'invalid_grant' })
    const [fresh] = await refused({ caller: { issuedAtSeconds: NOW_SECONDS - 5 } })
    const [old] = await refused({ caller: { issuedAtSeconds: NOW_SECONDS - 300 } })
    expect([fresh, old]).toEqual(['exchange_misconfigured', 'reauthentication_required'])
  })

  test.each<[string, unknown, number | undefined]>([
    ['Headers', new Headers({ 'Retry-After': '17' }), 17],
    [
      'headers of another class',
      Object.assign(new Map([['retry-after', '17']]), { has: undefined }),
      17,
    ],
    ['null', null, undefined],
    ['a text', 'Retry-After: 17', undefined],
    ['a plain object', { 'retry-after': '17' }, undefined],
    ['a list', [['retry-after', '17']], undefined],
  ])('an error of an ApiClient says when to come back by %s', async (_, headers, seconds) => {
    const { exchange } = setUp(() => Promise.reject(thrown({ statusCode: 429, headers })))
    const { code, details } = await failureOf(exchange())
    expect([code, details.retryAfterSeconds]).toEqual(['exchange_unavailable', seconds])
  })

  test('an error of an ApiClient without any answer says nothing about rate limits', async () => {
    const told: (readonly RateLimit[])[] = []
    const { exchange } = setUp(() => Promise.reject(thrown({})))
    const onRateLimits = (limits: readonly RateLimit[]): void => void told.push(limits)
    await failureOf(exchange({}, { onRateLimits }))
    expect(told).toEqual([[]])
  })
})

test('a call of an ApiClient that is no longer wanted ends at once, and says that it was cancelled', async () => {
  const { exchange } = setUp(() => new Promise(() => undefined), { timeoutMs: 600_000 })
  const leaving = new AbortController()
  const outcome = failureOf(exchange({}, { signal: leaving.signal }))
  const why = new Error('left')
  leaving.abort(why)
  const { code, cause } = await outcome
  expect([code, cause]).toEqual(['cancelled', why])
})

test('a call of an ApiClient that takes too long ends, and says so, also where somebody may still leave', async () => {
  const { exchange } = setUp(() => new Promise(() => undefined), { timeoutMs: 20 })
  const { code, details } = await failureOf(exchange({}, { signal: new AbortController().signal }))
  expect([code, details.reason]).toEqual(['exchange_unavailable', 'timed_out'])
})
