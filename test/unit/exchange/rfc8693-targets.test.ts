import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { cacheKey } from '../../../src/exchange/cache-key.js'
import type { ExchangeTarget } from '../../../src/exchange/exchange-target.js'
import { createRfc8693Exchanger } from '../../../src/exchange/rfc8693-exchanger.js'
import { IDENTITY_PROVIDERS } from '../../../src/identity-providers/identity-providers.js'
import { targetOfApi } from '../../../src/identity-providers/target-of-api.js'
import { Secret } from '../../../src/secret.js'
import { json } from '../answer-json.js'
import { API, ISSUER, NOW_SECONDS, requestOf, revealed } from '../../helpers/exchange-requests.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { failureOf } from '../outcomes.js'

const TYPE = 'urn:ietf:params:oauth:token-type:access_token'
const EXCHANGED = { access_token: 'exchanged', issued_token_type: TYPE, token_type: 'Bearer' }
const OWN = { access_token: 'own-token', token_type: 'Bearer', expires_in: 600 }

/** A token endpoint that answers the exchanges, and requests for a token of our own by `own`. */
async function setUp(
  own: RequestListener = json(OWN),
  exchanged: (form: URLSearchParams) => RequestListener = () => json(EXCHANGED),
) {
  const exchanges: URLSearchParams[] = []
  const owns: URLSearchParams[] = []
  const places: string[] = []
  let nowSeconds = NOW_SECONDS
  const server = await startHttpServer((req, res) => {
    void text(req).then((body) => {
      const form = new URLSearchParams(body)
      const isOwn = form.get('grant_type') === 'client_credentials'
      ;(isOwn ? owns : exchanges).push(form)
      ;(isOwn ? own : exchanged(form))(req, res)
    })
  })
  const exchanger = createRfc8693Exchanger({
    metadata: (issuer) => {
      places.push(issuer)
      return Promise.resolve({ issuer, token_endpoint: `${server.origin}/oauth/token` })
    },
    clientId: 'mcp-server',
    clientAuthentication: { method: 'client_secret_post', secret: new Secret('s3cret') },
    clock: () => nowSeconds * 1_000,
  })
  return {
    ...{ exchanges, owns, places },
    pass: (seconds: number) => (nowSeconds += seconds),
    exchange: (target: ExchangeTarget, scopes?: readonly string[]) =>
      exchanger.exchange(requestOf({ target, scopes: scopes ?? ['read'] })),
  }
}

/** What one exchange sends, where this is said of it. */
async function sent(target: ExchangeTarget, scopes?: readonly string[]): Promise<URLSearchParams> {
  const { exchange, exchanges } = await setUp()
  expect(revealed(await exchange(target, scopes))).toBe('exchanged')
  return exchanges[0] ?? new URLSearchParams()
}

describe('the parameters of an exchange', () => {
  test.each([
    ['audience', [API], []],
    ['resource', [], [API]],
    ['both', [API], [API]],
    ['none', [], []],
  ] as const)('the API is named by %s', async (targetParameter, audiences, resources) => {
    const form = await sent({ targetParameter })
    expect([form.getAll('audience'), form.getAll('resource')]).toEqual([audiences, resources])
  })

  test('several audiences are sent one by one, in place of that of the API', async () => {
    expect((await sent({ audiences: ['one', 'two'] })).getAll('audience')).toEqual(['one', 'two'])
  })

  test('the type of the token that is asked for is an access token, a JWT, or not said', async () => {
    const asked = async (requestedTokenType: 'access_token' | 'jwt' | 'none') =>
      (await sent({ requestedTokenType })).getAll('requested_token_type')
    expect(await asked('access_token')).toEqual([TYPE])
    expect(await asked('jwt')).toEqual(['urn:ietf:params:oauth:token-type:jwt'])
    expect(await asked('none')).toEqual([])
  })

  test('scopes are asked for with the prefix of the API, sign-in scopes and whole ones as they are', async () => {
    const scopes = ['read', 'openid', 'api://id/write']
    const form = await sent({ scopePrefix: 'api://id' }, scopes)
    expect(form.get('scope')).toBe('api://id/read openid api://id/write')
  })

  test('all that was consented to is asked for by .default alone', async () => {
    const all = { scopeRequest: 'default', scopePrefix: 'api://id' } as const
    expect((await sent(all)).get('scope')).toBe('api://id/.default')
    expect((await sent({ scopeRequest: 'default' })).get('scope')).toBe(`${API}/.default`)
  })

  test('the exchange takes place at the issuer of the API, else at that of the subject token', async () => {
    const { exchange, places } = await setUp()
    await exchange({ issuer: 'https://api-issuer.example/' })
    await exchange({})
    expect(places).toEqual(['https://api-issuer.example/', ISSUER])
  })

  test('Okta is sent no requested_token_type, WorkOS the API as the resource', async () => {
    const of = (name: 'okta' | 'workos') =>
      targetOfApi({ audience: API }, IDENTITY_PROVIDERS[name], {}) ?? {}
    expect((await sent(of('okta'))).has('requested_token_type')).toBe(false)
    const form = await sent(of('workos'))
    expect([form.get('resource'), form.has('audience')]).toEqual([API, false])
  })

  test('nothing is said of the exchange where the identity provider is as RFC 8693 has it', () => {
    for (const name of ['generic', 'auth0', 'cognito'] as const) {
      expect(targetOfApi({ audience: API }, IDENTITY_PROVIDERS[name], {})).toBeUndefined()
    }
  })

  test('what is said of one API counts more than what is set for all, and that more than the profile', () => {
    const { okta } = IDENTITY_PROVIDERS
    const all = { requestedTokenType: 'jwt', actorCheck: 'none' } as const
    const target = targetOfApi({ audience: API, exchange: { actorCheck: 'act' } }, okta, all)
    expect(target).toMatchObject({ requestedTokenType: 'jwt', actorCheck: 'act' })
  })
})

describe('an actor token', () => {
  const ACTING = { actorToken: 'client_credentials' } as const

  test('an actor token of our own client goes with the exchange, and none where none is wanted', async () => {
    const { exchange, exchanges, owns } = await setUp()
    await exchange(ACTING)
    await exchange({})
    expect(exchanges.map((form) => form.get('actor_token'))).toEqual(['own-token', null])
    expect(exchanges[0]?.get('actor_token_type')).toBe(TYPE)
    expect(owns.map((form) => form.get('client_secret'))).toEqual(['s3cret'])
    expect(owns[0]?.has('subject_token')).toBe(false)
  })

  test('an actor token is asked for once until it expires, by all at a time', async () => {
    const { exchange, owns, pass } = await setUp()
    await Promise.all([exchange(ACTING), exchange(ACTING)])
    await exchange(ACTING)
    expect(owns).toHaveLength(1)
    pass(600 - 29)
    await exchange(ACTING)
    expect(owns).toHaveLength(2)
  })

  test('an actor token that does not say how long it lives is not kept', async () => {
    const { exchange, owns } = await setUp(json({ ...OWN, expires_in: undefined }))
    await exchange(ACTING)
    await exchange(ACTING)
    expect(owns).toHaveLength(2)
  })

  test.each([
    [400, 'invalid_grant', 'exchange_misconfigured'],
    [400, 'unauthorized_client', 'exchange_misconfigured'],
    [401, 'invalid_client', 'exchange_misconfigured'],
    [400, 'consent_required', 'exchange_misconfigured'],
    [503, 'temporarily_unavailable', 'exchange_unavailable'],
    [429, 'slow_down', 'exchange_unavailable'],
  ])(
    'an actor token that is refused (%i %s) is no fault of the user: %s',
    async (status, error, code) => {
      const { exchange, exchanges } = await setUp((_req, res) => {
        res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
      })
      expect((await failureOf(exchange(ACTING))).code).toBe(code)
      expect(exchanges).toEqual([])
    },
  )

  describe('which the authorization server has revoked', () => {
    const refusal = (error: string): RequestListener => json({ error }, 400)
    const numbered = (): RequestListener => {
      let count = 0
      return (req, res) => {
        count += 1
        json({ ...OWN, access_token: `own-${count}` })(req, res)
      }
    }

    test.each(['invalid_request', 'invalid_grant', 'invalid_token'])(
      'a kept actor token that may be the reason of a refusal (%s) is replaced, and the exchange made once more',
      async (error) => {
        let revoked = ''
        const { exchange, exchanges, pass } = await setUp(numbered(), (form) =>
          form.get('actor_token') === revoked ? refusal(error) : json(EXCHANGED),
        )
        await exchange(ACTING)
        revoked = 'own-1'
        pass(30)
        const both = await Promise.all([exchange(ACTING), exchange(ACTING)])
        expect(both.map(revealed)).toEqual(['exchanged', 'exchanged'])
        expect(exchanges.map((form) => form.get('actor_token'))).toEqual([
          ...['own-1', 'own-1', 'own-1', 'own-2', 'own-2'],
        ])
      },
    )

    test('users whose own tokens are refused have an actor token asked for no more than twice a minute', async () => {
      const { exchange, owns, pass } = await setUp(numbered(), () => refusal('invalid_grant'))
      for (let second = 0; second < 60; second += 1) {
        await failureOf(exchange(ACTING))
        pass(1)
      }
      expect(owns).toHaveLength(2)
    })

    test('a refusal that is about no token leaves the actor token as it is', async () => {
      const { exchange, owns, pass } = await setUp(numbered(), () => refusal('invalid_target'))
      await failureOf(exchange(ACTING))
      pass(60)
      await failureOf(exchange(ACTING))
      expect(owns).toHaveLength(1)
    })
  })

  test('an actor token that failed is asked for again', async () => {
    let count = 0
    const { exchange } = await setUp((req, res) => {
      count += 1
      if (count === 1) res.writeHead(503).end()
      else json(OWN)(req, res)
    })
    await failureOf(exchange(ACTING))
    expect(revealed(await exchange(ACTING))).toBe('exchanged')
  })
})

describe('the key of a kept token', () => {
  const IDENTITY = { clientId: 'mcp-server', subjectTokenType: TYPE }
  const keyOf = (target?: ExchangeTarget, claims?: string): string =>
    cacheKey(
      requestOf({
        ...(target === undefined ? {} : { target }),
        ...(claims === undefined ? {} : { claims }),
      }),
      IDENTITY,
    )

  test('everything that is said of an exchange is part of the key of its token', () => {
    const keys = [
      keyOf(),
      keyOf({}),
      keyOf({ issuer: 'https://one.example/' }),
      keyOf({ issuer: 'https://two.example/' }),
      keyOf({ audiences: ['one'] }),
      keyOf({ audiences: ['one', 'two'] }),
      keyOf({ expectedAudiences: ['one'] }),
      keyOf({ targetParameter: 'resource' }),
      keyOf({ requestedTokenType: 'jwt' }),
      keyOf({ actorToken: 'client_credentials' }),
      keyOf({ issuedTokenType: 'optional' }),
      keyOf({ actorCheck: 'none' }),
      keyOf({ scopeRequest: 'default' }),
      keyOf({ scopeCase: 'ignored' }),
      keyOf({ scopePrefix: 'api://id' }),
      keyOf({ scopeClaim: 'permissions' }),
      keyOf({ opaqueHeader: 'nonce' }),
      keyOf({}, '{"access_token":{}}'),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('the same said in another order is the same', () => {
    const one = keyOf({ scopePrefix: 'api://id', scopeClaim: 'permissions' })
    expect(keyOf({ scopeClaim: 'permissions', scopePrefix: 'api://id' })).toBe(one)
  })
})
