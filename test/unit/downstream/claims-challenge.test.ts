import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { claimsWantedBy } from '../../../src/downstream/api-claims-challenge.js'
import { ExchangedTokenSource } from '../../../src/downstream/exchanged-token-source.js'
import { TokenEcho } from '../../../src/downstream/token-echo.js'
import { createCachingExchanger } from '../../../src/exchange/caching-exchanger.js'
import { createMemoryTokenCache } from '../../../src/exchange/token-cache.js'
import type { Secret } from '../../../src/secret.js'
import {
  exchangedOf,
  failing,
  PromptExchanger,
  requestOf,
} from '../../helpers/exchange-requests.js'
import { ANSWER, setUpApi } from '../downstream-api.js'
import { failureOf } from '../outcomes.js'

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const challengeOf = (claims: string): string =>
  `Bearer realm="", authorization_uri="https://login.example/authorize", error="insufficient_claims", claims="${claims}"`
const NO_ECHO = new TokenEcho([])
const CHALLENGE = challengeOf(base64(CLAIMS))

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'

/** An API that refuses a number of calls by a header, and answers the next. */
function refusing(header: string | readonly string[], times: number): RequestListener {
  let left = times
  return (_req, res) => {
    left -= 1
    if (left >= 0) res.writeHead(401, { 'WWW-Authenticate': header as string | string[] }).end()
    else res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"msg":"hello"}')
  }
}

/** A tool call whose exchanger sends claims, or does not. */
function tokensOf(exchanger: PromptExchanger, sendsClaims = true) {
  return new ExchangedTokenSource(Object.assign(exchanger, { sendsClaims }), requestOf())
}

describe('the claims that an API wants', () => {
  const wanted = (header: string) =>
    claimsWantedBy(new Headers({ 'www-authenticate': header }), NO_ECHO)

  test.each([
    ['base64', base64(CLAIMS)],
    ['base64url', Buffer.from(CLAIMS).toString('base64url')],
    ['base64 without padding', base64(CLAIMS).replace(/=+$/, '')],
  ])('the claims that an API wants are read from %s', (_, claims) => {
    expect(wanted(challengeOf(claims))).toBe(CLAIMS)
  })

  test('the claims that an API wants are found among several challenges, and in several headers', () => {
    expect(wanted(`Negotiate abc==, Bearer error="invalid_token", ${CHALLENGE}`)).toBe(CLAIMS)
    const headers = new Headers([
      ['www-authenticate', 'Basic realm="x"'],
      ['www-authenticate', CHALLENGE],
    ])
    expect(claimsWantedBy(headers, NO_ECHO)).toBe(CLAIMS)
  })

  test.each([
    ['no header', ''],
    ['another error', CHALLENGE.replace('insufficient_claims', 'invalid_token')],
    ['another scheme', CHALLENGE.replace('Bearer', 'DPoP')],
    ['no claims', 'Bearer error="insufficient_claims"'],
    ['no base64', challengeOf('%7B%7D')],
    ['JSON as it is', `Bearer error="insufficient_claims", claims="{\\"a\\":1}"`],
    ['no JSON', challengeOf(base64('access_token'))],
    ['an array', challengeOf(base64('[{"a":1}]'))],
    ['an empty object', challengeOf(base64('{}'))],
    ['no UTF-8', challengeOf(Buffer.from([0x7b, 0xff, 0x7d]).toString('base64'))],
    ['too much', challengeOf(base64(JSON.stringify({ x: 'x'.repeat(2_048) })))],
    ['far too much', challengeOf(base64(JSON.stringify({ x: 'x'.repeat(100_000) })))],
    [
      'claims within the text of another parameter',
      `Bearer realm="error=\\"insufficient_claims\\", claims=\\"e30=\\""`,
    ],
  ])('the claims that an API wants are none where it sends %s', (_, header) => {
    expect(wanted(header)).toBeUndefined()
  })
})

describe('a claims challenge of an API', () => {
  test('a claims challenge of an API is answered by one new exchange with these claims, and the call is made again', async () => {
    const exchanger = new PromptExchanger()
    const tokens = tokensOf(exchanger)
    const { client, seen } = await setUpApi(refusing(CHALLENGE, 1), { tokens })
    expect(await client.json('/x', { schema: ANSWER })).toEqual({ msg: 'hello' })
    expect(exchanger.requests.map(({ claims }) => claims)).toEqual([undefined, CLAIMS])
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer exchanged-1',
      'Bearer exchanged-2',
    ])
    await client.json('/x', { schema: ANSWER })
    expect(seen.at(-1)?.headers.authorization).toBe('Bearer exchanged-2')
  })

  test('a claims challenge of an API that a new token does not end is passed on to the client', async () => {
    const exchanger = new PromptExchanger()
    const { loose, seen } = await setUpApi(refusing(CHALLENGE, 9), { tokens: tokensOf(exchanger) })
    const { code, details } = await failureOf(loose.json('/x', { schema: ANSWER }))
    expect([code, details.reason, details.claims]).toEqual([
      'reauthentication_required',
      'claims_challenge',
      CLAIMS,
    ])
    expect([seen.length, exchanger.count]).toEqual([2, 2])
  })

  test('a claims challenge of an API is answered by one exchange for all calls of a tool', async () => {
    const exchanger = new PromptExchanger()
    const { loose } = await setUpApi(refusing(CHALLENGE, 9), { tokens: tokensOf(exchanger) })
    await Promise.all([1, 2, 3].map(() => failureOf(loose.json('/x', { schema: ANSWER }))))
    expect(exchanger.count).toBe(2)
  })

  test('a claims challenge of an API is passed on at once where the exchange cannot send claims', async () => {
    const exchanger = new PromptExchanger()
    const tokens = tokensOf(exchanger, false)
    const { loose, seen } = await setUpApi(refusing(CHALLENGE, 1), { tokens })
    const { code, details } = await failureOf(loose.json('/x', { schema: ANSWER }))
    expect([code, details.claims]).toEqual(['reauthentication_required', CLAIMS])
    expect([seen.length, exchanger.count]).toEqual([1, 1])
  })

  test('a claims challenge of an API ends with the refusal of the new exchange, and its claims', async () => {
    const other = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    const exchanger = new PromptExchanger()
    const tokens = tokensOf(exchanger)
    const { loose, seen } = await setUpApi(refusing(CHALLENGE, 1), { tokens })
    await tokens.token()
    exchanger.answer = failing('mfa_required', { claims: other })
    const { code, details } = await failureOf(loose.json('/x', { schema: ANSWER }))
    expect([code, details.claims, seen.length]).toEqual(['mfa_required', other, 1])
  })

  test.each(['POST', 'PATCH'] as const)(
    'a claims challenge of an API to a %s gets a new token for the next call, and the call is not made again',
    async (method) => {
      const exchanger = new PromptExchanger()
      const { loose, seen } = await setUpApi(refusing(CHALLENGE, 1), {
        tokens: tokensOf(exchanger),
      })
      const failure = await failureOf(loose.json('/x', { method, json: {}, schema: ANSWER }))
      expect([failure.code, failure.details.reason]).toEqual([
        'downstream_unauthorized',
        'claims_challenge',
      ])
      expect(failure.message).toContain('make it once more')
      expect(seen).toHaveLength(1)
      await loose.json('/x', { method, json: {}, schema: ANSWER })
      expect(seen.at(-1)?.headers.authorization).toBe('Bearer exchanged-2')
      expect(exchanger.requests[1]?.claims).toBe(CLAIMS)
    },
  )

  test.each([
    ['in the same tool call', 1],
    ['in the next tool call', 2],
  ])(
    'a claims challenge of an API to a POST that a new token does not end is passed on to the client %s',
    async (_, toolCalls) => {
      const exchanger = Object.assign(new PromptExchanger(), { sendsClaims: true })
      const caching = createCachingExchanger(exchanger, {
        ...{ cache: createMemoryTokenCache(), clientId: 'mcp-server', subjectTokenType: 'urn:x' },
        clock: () => 2_000_000_000_000,
      })
      const first = new ExchangedTokenSource(caching, requestOf())
      const second = toolCalls === 1 ? first : new ExchangedTokenSource(caching, requestOf())
      const codes: unknown[] = []
      for (const tokens of [first, second]) {
        const { failureOfJson } = await setUpApi(refusing(CHALLENGE, 9), { tokens })
        codes.push((await failureOfJson('/x', { method: 'POST', json: {} }))[0])
      }
      expect(codes).toEqual(['downstream_unauthorized', 'reauthentication_required'])
      expect(exchanger.count).toBe(2)
    },
  )

  test.each([
    ['as it is', (token: string) => token],
    ['in base64', base64],
  ])(
    'a claims challenge of an API that holds the token it was sent %s is a plain 401, and reaches nobody',
    async (_, encoded) => {
      const exchanger = new PromptExchanger(() => exchangedOf(TOKEN))
      const claims = JSON.stringify({ access_token: { note: { value: encoded(TOKEN) } } })
      const { failureOfJson } = await setUpApi(refusing(challengeOf(base64(claims)), 9), {
        tokens: tokensOf(exchanger),
      })
      expect(await failureOfJson()).toEqual(['downstream_unauthorized', 'unexpected_status', 401])
      expect(exchanger.requests.map((request) => request.claims)).toEqual([undefined, undefined])
    },
  )

  test('a claims challenge of an API that cannot be read is a plain 401: the token is renewed without claims', async () => {
    const exchanger = new PromptExchanger()
    const { client } = await setUpApi(refusing(challengeOf('%%%'), 1), {
      tokens: tokensOf(exchanger),
    })
    expect(await client.json('/x', { schema: ANSWER })).toEqual({ msg: 'hello' })
    expect(exchanger.requests.map(({ claims }) => claims)).toEqual([undefined, undefined])
  })

  test('a claims challenge of another origin is none: redirects are not followed', async () => {
    const elsewhere = await setUpApi(refusing(CHALLENGE, 9))
    const exchanger = new PromptExchanger()
    const location = `${elsewhere.server.origin}/x`
    const { loose } = await setUpApi((_req, res) => res.writeHead(302, { location }).end(), {
      tokens: tokensOf(exchanger),
    })
    expect((await failureOf(loose.json('/x', { schema: ANSWER }))).code).toBe('downstream_failed')
    expect([elsewhere.seen.length, exchanger.count]).toEqual([0, 1])
  })

  test('a claims challenge of an API drops the refused token where the exchange cannot send claims', async () => {
    const forgotten: string[] = []
    const exchanger = Object.assign(new PromptExchanger(), {
      forget: (_request: unknown, refused: Secret) => {
        forgotten.push(refused.reveal())
        return Promise.resolve()
      },
    })
    const tokens = new ExchangedTokenSource(exchanger, requestOf())
    await failureOf(tokens.renew(await tokens.token(), CLAIMS))
    expect(forgotten).toEqual(['exchanged-1'])
  })
})
