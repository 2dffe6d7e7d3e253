import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startOktaStandIn,
  type OktaStandIn,
} from '../../../apps/identity-providers/okta/okta-stand-in.js'
import { exchangeAt, type ExchangeChanges } from '../../helpers/stand-in-exchange.js'
import {
  basic,
  postForm,
  requestCode,
  type TokenEndpointAnswer,
} from '../../helpers/stand-in-flow.js'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

let okta: OktaStandIn
/** Not trusted, another `sub`, and no `requested_token_type`. */
let strict: OktaStandIn
let nowMs = Date.now()

beforeAll(async () => {
  ;[okta, strict] = await Promise.all([
    startOktaStandIn({ port: 0, now: () => nowMs, apiSubject: 'employee-number' }),
    startOktaStandIn({
      port: 0,
      isTrusted: false,
      refusesRequestedTokenType: true,
      untrusted: 'invalid_request',
    }),
  ])
})
afterAll(() => Promise.all([okta.close(), strict.close()]))

function exchange({
  at = okta,
  ...changes
}: ExchangeChanges & { readonly at?: OktaStandIn } = {}): Promise<TokenEndpointAnswer> {
  const place = {
    endpoint: at.apiTokenEndpoint,
    audience: at.audiences.api,
    scope: 'read:trips read:bookings',
  }
  return exchangeAt(at, place, changes)
}

describe('the exchange of the Okta stand-in', () => {
  test('gives a token of the other authorization server, with scp as a list, uid, and no act', async () => {
    const { status, body } = await exchange()
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', issued_token_type: ACCESS_TOKEN })
    const keys = createRemoteJWKSet(new URL(`${okta.apiIssuer}/v1/keys`))
    const { payload } = await jwtVerify(String(body['access_token']), keys)
    expect(payload).toMatchObject({
      iss: okta.apiIssuer,
      aud: 'api://travel',
      cid: okta.clientIds.mcpServer,
      scp: ['read:trips', 'read:bookings'],
      ver: 1,
    })
    expect([payload['act'], payload['scope'], payload['azp']]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(okta.apiIssuer).not.toBe(okta.issuer)
  })

  test('uid names the same user on both sides, sub need not', async () => {
    const before = decodeJwt(await okta.tokens.user())
    const after = decodeJwt(String((await exchange()).body['access_token']))
    expect(after['uid']).toBe(before['uid'])
    expect([before.sub, after.sub]).toEqual(['alice@okta.example', 'E-00001'])
  })

  test('takes requested_token_type, unless the switch says otherwise', async () => {
    const form = { requested_token_type: ACCESS_TOKEN }
    expect((await exchange({ form })).status).toBe(200)
    const own = await strict.tokens.user({ server: 'api' })
    const refused = await exchange({ at: strict, form: { ...form, subject_token: own } })
    expect(refused.body['error_description']).toBe("'requested_token_type' is invalid.")
    expect((await exchange({ at: strict, form: { subject_token: own } })).status).toBe(200)
  })

  test('refuses tokens of a server that is not trusted, in either form', async () => {
    const open = await startOktaStandIn({ port: 0, isTrusted: false })
    const denied = await exchange({ at: open })
    expect([denied.status, denied.body['error']]).toEqual([403, 'access_denied'])
    await open.close()
    const invalid = await exchange({ at: strict })
    expect({ status: invalid.status, body: invalid.body }).toEqual({
      status: 400,
      body: { error: 'invalid_request', error_description: "'subject_token' is invalid." },
    })
  })

  test.each([
    ['another audience', { audience: 'api://other' }, 'invalid_target'],
    ['no audience', { audience: '' }, 'invalid_request'],
    ['no scope', { scope: '' }, 'invalid_scope'],
    ['a scope that is not configured', { scope: 'tool:greet' }, 'invalid_scope'],
    ['a scope of OpenID Connect', { scope: 'openid read:trips' }, 'invalid_scope'],
    ['a made-up subject token', { subject_token: 'a.b.c' }, 'invalid_request'],
    [
      'another type of it',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' },
      'invalid_request',
    ],
    ['another requested type', { requested_token_type: 'urn:x' }, 'invalid_request'],
  ])('refuses %s', async (_what, form, error) => {
    const answer = await exchange({ form })
    expect([answer.status, answer.body['error']]).toEqual([400, error])
  })

  test('says of a scope of OpenID Connect that an exchange has none', async () => {
    const { body } = await exchange({ form: { scope: 'openid read:trips' } })
    expect(body['error_description']).toContain('is not allowed for the token exchange grant type')
  })

  test('refuses the token of a service, and a token that is over', async () => {
    const service = await exchange({ form: { subject_token: await okta.tokens.service() } })
    expect(service.body['error_description']).toBe("'subject_token' is invalid.")
    const token = await okta.tokens.user()
    const began = nowMs
    try {
      nowMs += 3_601_000
      const over = await exchange({ form: { subject_token: token } })
      expect(over.body['error']).toBe('invalid_grant')
    } finally {
      nowMs = began
    }
  })

  test('refuses a wrong secret, and a client without the grant', async () => {
    const wrong = await exchange({ headers: basic(okta.clientIds.mcpServer, 'wrong') })
    expect([wrong.status, wrong.body['error']]).toEqual([401, 'invalid_client'])
    const other = basic(okta.clientIds.otherService, `${okta.clientSecret}-of-another`)
    expect((await exchange({ headers: other })).body['error']).toBe('unauthorized_client')
  })

  test.each([
    ['session-expired', 400, 'invalid_request'],
    ['user-inactive', 400, 'invalid_request'],
    ['user-not-assigned', 400, 'invalid_request'],
    ['no-matching-policy', 401, 'access_denied'],
    ['no-scope-allowed', 400, 'access_denied'],
    ['act-claim-depth', 400, 'invalid_request'],
    ['consent-required', 400, 'consent_required'],
    ['rate-limited', 429, 'invalid_grant'],
  ])('every exchange for the user %s is refused so', async (username, status, error) => {
    const subject = await okta.tokens.user({ username })
    const answer = await exchange({ form: { subject_token: subject } })
    expect([answer.status, answer.body['error']]).toEqual([status, error])
    expect(answer.headers.get('retry-after')).toBe(status === 429 ? '9' : null)
  })
})

describe('signing in at the Okta stand-in', () => {
  test('gives a token of the first authorization server', async () => {
    const { redemption } = await requestCode({
      authorizationEndpoint: `${okta.issuer}/v1/authorize`,
      ...{
        clientId: okta.clientIds.mcpClient,
        username: 'bob',
        scope: 'openid offline_access tool:greet',
      },
    })
    const { body } = await postForm(`${okta.issuer}/v1/token`, redemption)
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      iss: okta.issuer,
      aud: 'api://mcp-server',
      cid: okta.clientIds.mcpClient,
      sub: 'bob@okta.example',
    })
    expect(decodeJwt(String(body['id_token']))['aud']).toBe(okta.clientIds.mcpClient)
    expect(body).toHaveProperty('refresh_token')
  })

  test('sends the client back with an error for a scope that is not configured', async () => {
    const { callback } = await requestCode({
      authorizationEndpoint: `${okta.issuer}/v1/authorize`,
      ...{ clientId: okta.clientIds.mcpClient, username: 'bob', scope: 'read:private' },
    })
    expect(callback.get('error')).toBe('invalid_scope')
  })

  test('a code of one authorization server counts at that one alone', async () => {
    const { redemption } = await requestCode({
      authorizationEndpoint: `${okta.issuer}/v1/authorize`,
      ...{ clientId: okta.clientIds.mcpClient, username: 'bob', scope: 'tool:greet' },
    })
    const elsewhere = await postForm(okta.apiTokenEndpoint, redemption)
    expect(elsewhere.body['error']).toBe('invalid_grant')
  })

  test('a service gets a token without uid, whose subject is the client', async () => {
    const form = { grant_type: 'client_credentials', scope: 'tool:greet' }
    const headers = basic(okta.clientIds.mcpServer, okta.clientSecret)
    const { body } = await postForm(`${okta.issuer}/v1/token`, form, headers)
    const { sub, cid, uid } = decodeJwt(String(body['access_token']))
    expect({ sub, cid, uid }).toEqual({
      sub: okta.clientIds.mcpServer,
      cid: okta.clientIds.mcpServer,
      uid: undefined,
    })
  })

  test('each authorization server has metadata of its own, for OpenID Connect and for OAuth', async () => {
    for (const issuer of [okta.issuer, okta.apiIssuer]) {
      for (const name of ['openid-configuration', 'oauth-authorization-server']) {
        const response = await fetch(`${issuer}/.well-known/${name}`)
        expect(await response.json()).toMatchObject({
          issuer,
          token_endpoint: `${issuer}/v1/token`,
        })
      }
    }
  })
})
