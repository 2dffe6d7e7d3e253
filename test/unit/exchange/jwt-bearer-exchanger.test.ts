import { describe, expect, test } from 'vitest'
import { resolveTarget, type ExchangeTarget } from '../../../src/exchange/exchange-target.js'
import {
  createJwtBearerExchanger,
  type JwtBearerExchangerOptions,
} from '../../../src/exchange/jwt-bearer-exchanger.js'
import { entra } from '../../../src/identity-providers/entra.js'
import { readEntraRefusal } from '../../../src/identity-providers/entra-refusals.js'
import { Secret } from '../../../src/secret.js'
import {
  API,
  NOW_SECONDS,
  requestOf,
  revealed,
  type RequestChanges,
} from '../../helpers/exchange-requests.js'
import { failureOf, thrownBy } from '../outcomes.js'

const ISSUER = 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0'
const ENDPOINT = ISSUER.replace('/v2.0', '/oauth2/v2.0/token')
const ANSWER = { token_type: 'Bearer', access_token: 'exchanged', expires_in: 600, scope: 'x' }
const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'

function setUp(
  answer: () => Response = () => Response.json(ANSWER),
  options: Partial<JwtBearerExchangerOptions> = {},
) {
  const sent: URLSearchParams[] = []
  const exchanger = createJwtBearerExchanger({
    clientId: 'mcp-server',
    clientAuthentication: { method: 'client_secret_post', secret: new Secret('s3cret') },
    metadata: () =>
      Promise.resolve({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys`, token_endpoint: ENDPOINT }),
    fetch: (_input, init) => {
      sent.push(new URLSearchParams(init?.body as string))
      return Promise.resolve(answer())
    },
    clock: () => NOW_SECONDS * 1_000,
    ...options,
  })
  const exchange = (changes: RequestChanges = {}, target?: ExchangeTarget) => {
    const request = requestOf(changes)
    return exchanger.exchange({
      ...request,
      target: target && resolveTarget(request.audience, target),
    })
  }
  const scopeOf = async (changes: RequestChanges, target?: ExchangeTarget) => {
    await exchange(changes, target)
    return sent.at(-1)?.get('scope')
  }
  return { exchanger, exchange, scopeOf, sent }
}

describe('the exchange on behalf of a user', () => {
  test('the exchange on behalf of a user sends these parameters and no other', async () => {
    const { exchange, sent } = setUp()
    await exchange({ scopes: ['read', 'write'] }, { scopePrefix: 'api://the-api' })
    expect(Object.fromEntries(sent[0] ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      client_id: 'mcp-server',
      client_secret: 's3cret',
      assertion: 'subject-token',
      scope: 'api://the-api/read api://the-api/write',
      requested_token_use: 'on_behalf_of',
    })
  })

  test('the exchange on behalf of a user takes an answer without issued_token_type', async () => {
    const { exchange } = setUp()
    const exchanged = await exchange()
    expect(revealed(exchanged)).toBe('exchanged')
    expect(exchanged.issuedTokenType).toBeUndefined()
    expect(exchanged.expiresAtSeconds).toBe(NOW_SECONDS + 600)
  })

  test('the exchange on behalf of a user keeps no refresh token that comes along', async () => {
    const { exchange } = setUp(() => Response.json({ ...ANSWER, refresh_token: 'of-the-user' }))
    const exchanged = await exchange()
    expect(revealed(exchanged)).toBe('exchanged')
    expect(Object.keys(exchanged).sort()).toEqual([
      'expiresAtSeconds',
      'issuedTokenType',
      'scopes',
      'token',
      'tokenType',
    ])
  })

  test('the exchange on behalf of a user asks for everything that was consented to where a tool declares no scope', async () => {
    const { scopeOf } = setUp()
    expect(await scopeOf({ scopes: [] })).toBe(`${API}/.default`)
    expect(await scopeOf({ scopes: [], audience: 'api://a' })).toBe('api://a/.default')
    expect(await scopeOf({ scopes: [] }, { scopePrefix: 'api://b/' })).toBe('api://b/.default')
  })

  test('the exchange on behalf of a user puts a slash behind an identifier that ends in one', async () => {
    const { scopeOf } = setUp()
    const audience = 'https://api.example/'
    const { targetFor } = entra
    for (const target of [undefined, targetFor?.(audience)]) {
      expect(await scopeOf({ scopes: ['read'], audience }, target)).toBe(
        'https://api.example//read',
      )
      expect(await scopeOf({ scopes: [], audience }, target)).toBe('https://api.example//.default')
    }
    expect(await scopeOf({ audience, scopes: ['x'] }, { scopeRequest: 'default' })).toBe(
      'https://api.example//.default',
    )
    expect(targetFor?.('api://a').scopePrefix).toBe('api://a')
  })

  test('the exchange on behalf of a user names no scope of another API, and asks for no refresh token', async () => {
    const { scopeOf } = setUp()
    expect(await scopeOf({ scopes: ['User.Read'], audience: 'api://a' })).toBe('api://a/User.Read')
    const others = ['https://graph.microsoft.com/User.Read', 'offline_access', 'openid']
    expect(await scopeOf({ scopes: others, audience: 'api://a' })).toBe(
      'api://a/https://graph.microsoft.com/User.Read',
    )
    expect(await scopeOf({ scopes: ['api://a/read'], audience: 'api://a' })).toBe('api://a/read')
  })

  test('the exchange on behalf of a user passes the claims of a challenge on as they are', async () => {
    const { exchanger, exchange, sent } = setUp()
    await exchange({ claims: CLAIMS })
    await exchange()
    expect(sent.map((form) => form.get('claims'))).toEqual([CLAIMS, null])
    expect(exchanger.sendsClaims).toBe(true)
  })

  test.each(['not json', '[1]', '{}', JSON.stringify({ x: 'x'.repeat(3_000) })])(
    'the exchange on behalf of a user sends nothing with claims that are none: %.20s',
    async (claims) => {
      const { exchange, sent } = setUp()
      expect((await failureOf(exchange({ claims }))).code).toBe('internal_error')
      expect(sent).toEqual([])
    },
  )

  test('the exchange on behalf of a user says what the client can do only where that is set', async () => {
    const { exchange, sent } = setUp(undefined, { clientCapabilities: ['cp1'] })
    await exchange()
    const { access_token: asked } = JSON.parse(CLAIMS) as { access_token: object }
    await exchange({ claims: CLAIMS })
    await exchange({
      claims: '{"id_token":{"x":null},"access_token":{"xms_cc":{"values":["no"]}}}',
    })
    expect(sent.map((form) => JSON.parse(form.get('claims') ?? 'null') as unknown)).toEqual([
      { access_token: { xms_cc: { values: ['cp1'] } } },
      { access_token: { ...asked, xms_cc: { values: ['cp1'] } } },
      { id_token: { x: null }, access_token: { xms_cc: { values: ['cp1'] } } },
    ])
  })

  test('the exchange on behalf of a user refuses a capability that is no name', () => {
    const thrown = thrownBy(() => setUp(undefined, { clientCapabilities: ['"}'] }))
    expect(String(thrown)).toContain('clientCapabilities')
  })

  test('the exchange on behalf of a user reports what Entra ID refuses, with its claims and without its secrets', async () => {
    const body = {
      error: 'invalid_grant',
      error_description: 'AADSTS50076: subject-token and s3cret',
      error_codes: [50076],
      suberror: 'basic_action',
      claims: CLAIMS,
    }
    const { exchange } = setUp(() => Response.json(body, { status: 400 }), {
      readRefusal: readEntraRefusal,
    })
    const { code, details } = await failureOf(exchange())
    expect([code, details.claims]).toEqual(['mfa_required', CLAIMS])
    expect(details.log?.['errorDescription']).toBe('AADSTS50076: [scrubbed] and [scrubbed]')
  })

  test('the exchange on behalf of a user drops claims that hold the token of the user', async () => {
    const body = { error: 'interaction_required', claims: '{"x":{"value":"subject-token"}}' }
    const { exchange } = setUp(() => Response.json(body, { status: 400 }), {
      readRefusal: readEntraRefusal,
    })
    const { code, details } = await failureOf(exchange())
    expect([code, details.claims]).toEqual(['mfa_required', undefined])
  })

  test('the exchange on behalf of a user follows no redirect', async () => {
    const elsewhere = 'https://elsewhere.example/token'
    const { exchange, sent } = setUp(() => Response.redirect(elsewhere, 307))
    expect((await failureOf(exchange())).code).toBe('exchange_misconfigured')
    expect(sent).toHaveLength(1)
  })
})
