import { createHash } from 'node:crypto'
import {
  calculateJwkThumbprint,
  createRemoteJWKSet,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startKeycloakStandIn,
  type KeycloakStandIn,
} from '../../../apps/identity-providers/keycloak/keycloak-stand-in.js'
import {
  basic,
  postForm,
  requestCode,
  type TokenEndpointAnswer,
} from '../../helpers/stand-in-flow.js'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const MCP_URL = 'http://localhost:3001/mcp'
const API_URL = 'http://localhost:8787/'

let keycloak: KeycloakStandIn
/** With the newer features on: `resource` is read, and the exchanging client needs DPoP. */
let newer: KeycloakStandIn
let nowMs = Date.now()

beforeAll(async () => {
  const features = { readsResource: true, requiresDpop: true }
  const urls = { mcpResourceUrl: MCP_URL, apiResourceUrl: API_URL }
  ;[keycloak, newer] = await Promise.all([
    startKeycloakStandIn({ port: 0, now: () => nowMs }),
    startKeycloakStandIn({ port: 0, ...features, ...urls }),
  ])
})
afterAll(() => Promise.all([keycloak.close(), newer.close()]))

interface Exchange {
  readonly at?: KeycloakStandIn
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string | readonly string[]>>
}

async function exchange({
  at = keycloak,
  headers = {},
  form = {},
}: Exchange = {}): Promise<TokenEndpointAnswer> {
  const right = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: await at.tokens.user(),
    subject_token_type: ACCESS_TOKEN,
    scope: 'read:trips',
    audience: at.clientIds.api,
  }
  return postForm(
    at.tokenEndpoint,
    { ...right, ...form },
    { ...basic(at.clientIds.mcpServer, at.clientSecret), ...headers },
  )
}

function claimsIn({ body }: TokenEndpointAnswer): Readonly<Record<string, unknown>> {
  return decodeJwt(String(body['access_token']))
}

describe('the exchange of the Keycloak stand-in', () => {
  test('answers as RFC 8693 does, for five minutes, without a refresh token', async () => {
    const { status, body } = await exchange()
    expect(status).toBe(200)
    expect(body).toMatchObject({
      expires_in: 300,
      refresh_expires_in: 0,
      token_type: 'Bearer',
      issued_token_type: ACCESS_TOKEN,
      'not-before-policy': 0,
    })
    expect(body).not.toHaveProperty('refresh_token')
  })

  test('the token has the same subject and session, our client in azp, the default scopes, and no act', async () => {
    const subject = await keycloak.tokens.user()
    const after = claimsIn(await exchange({ form: { subject_token: subject } }))
    const before = decodeJwt(subject)
    expect(after).toMatchObject({
      iss: keycloak.issuer,
      aud: 'travel-api',
      azp: 'mcp-server',
      typ: 'Bearer',
      sub: before.sub,
      sid: before['sid'],
      scope: 'profile email read:trips',
    })
    expect(after).not.toHaveProperty('act')
  })

  test('without an audience, aud is all that the mappers name', async () => {
    expect(claimsIn(await exchange({ form: { audience: '' } }))['aud']).toEqual([
      'travel-api',
      'account',
    ])
    const both = await exchange({ form: { audience: ['account', 'travel-api'] } })
    expect(claimsIn(both)['aud']).toEqual(['account', 'travel-api'])
  })

  test('gives an ID token to whoever asks for one', async () => {
    const type = 'urn:ietf:params:oauth:token-type:id_token'
    const answer = await exchange({ form: { requested_token_type: type } })
    expect(answer.body).toMatchObject({ issued_token_type: type, token_type: 'N_A' })
    expect(claimsIn(answer)).toMatchObject({ typ: 'ID', aud: 'mcp-server' })
  })

  test.each([
    [
      'no subject token',
      { subject_token: '' },
      'invalid_request',
      "Parameter 'subject_token' required for standard token exchange",
    ],
    [
      'no type of it',
      { subject_token_type: '' },
      'invalid_request',
      "Parameter 'subject_token_type' required for standard token exchange",
    ],
    [
      'another type of it',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' },
      'invalid_request',
      "Parameter 'subject_token' supports access tokens only",
    ],
    ['a made-up subject token', { subject_token: 'a.b.c' }, 'invalid_request', 'Invalid token'],
    [
      'a refresh token as requested type',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      'invalid_request',
      'requested_token_type unsupported',
    ],
    [
      'a requested subject',
      { requested_subject: 'bob' },
      'invalid_request',
      "Parameter 'requested_subject' is not supported for standard token exchange",
    ],
    [
      'a requested issuer',
      { requested_issuer: 'x' },
      'invalid_request',
      "Parameter 'requested_issuer' is not supported for standard token exchange",
    ],
    [
      'a subject issuer',
      { subject_issuer: 'x' },
      'invalid_request',
      "Parameter 'subject_issuer' is not supported for standard token exchange",
    ],
    [
      'a resource',
      { resource: API_URL },
      'invalid_request',
      "Parameter 'resource' is not supported for standard token exchange",
    ],
    [
      'an audience that the mappers do not name',
      { audience: 'mcp-client' },
      'invalid_request',
      'Requested audience not available: mcp-client',
    ],
    [
      'an audience that is no client',
      { audience: 'nobody' },
      'invalid_client',
      'Audience not found',
    ],
    [
      'a scope that is not of the client',
      { scope: 'tool:greet' },
      'invalid_scope',
      'Invalid scopes: tool:greet',
    ],
  ])('refuses %s', async (_what, form, error, description) => {
    const { status, body } = await exchange({ form })
    expect({ status, body }).toEqual({
      status: 400,
      body: { error, error_description: description },
    })
  })

  test('refuses a token whose audience is not the requester, with 403', async () => {
    const foreign = await keycloak.tokens.user({ clientId: 'other-client' })
    const { status, body } = await exchange({ form: { subject_token: foreign } })
    expect({ status, body }).toEqual({
      status: 403,
      body: {
        error: 'access_denied',
        error_description: 'Client is not within the token audience',
      },
    })
  })

  test('takes a token of several audiences with the requester among them, and its own', async () => {
    const several = await keycloak.tokens.user({ claims: { aud: [MCP_URL, 'mcp-server'] } })
    const own = await keycloak.tokens.user({ clientId: 'mcp-server' })
    expect((await exchange({ form: { subject_token: several } })).status).toBe(200)
    expect((await exchange({ form: { subject_token: own } })).status).toBe(200)
  })

  test('refuses a token that is over, and one whose session ended', async () => {
    const token = await keycloak.tokens.user()
    const form = { subject_token: token }
    const began = nowMs
    try {
      nowMs += 301_000
      expect((await exchange({ form })).body['error_description']).toBe('Invalid token')
    } finally {
      nowMs = began
    }
    expect((await exchange({ form })).status).toBe(200)
    keycloak.endSession(String(decodeJwt(token)['sid']))
    expect((await exchange({ form })).body['error_description']).toBe('Invalid token')
  })

  test('refuses a wrong secret, and a public client', async () => {
    const wrong = await exchange({ headers: basic('mcp-server', 'wrong') })
    expect([wrong.status, wrong.body['error']]).toEqual([401, 'invalid_client'])
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_id: 'mcp-client',
    }
    const open = await postForm(keycloak.tokenEndpoint, form)
    expect(open.body['error_description']).toBe('Public client is not allowed to exchange token')
  })

  test('refuses a client whose switch is off', async () => {
    const off = await startKeycloakStandIn({ port: 0, exchangeEnabled: false })
    const { body } = await exchange({ at: off })
    expect(body['error_description']).toBe(
      'Standard token exchange is not enabled for the requested client',
    )
    await off.close()
  })

  test.each([
    ['session-ended', 400, 'invalid_request', 'Invalid token'],
    [
      'consent-missing',
      400,
      'invalid_scope',
      'Missing consents for Token Exchange in client mcp-server',
    ],
    ['client-disabled', 400, 'invalid_client', 'Client disabled'],
    ['unavailable', 503, 'temporarily_unavailable', 'Unavailable'],
  ])(
    'every exchange for the user %s is refused so',
    async (username, status, error, description) => {
      const subject = await keycloak.tokens.user({ username })
      const answer = await exchange({ form: { subject_token: subject } })
      expect({ status: answer.status, body: answer.body }).toEqual({
        status,
        body: { error, error_description: description },
      })
    },
  )
})

describe('the newer features of the Keycloak stand-in', () => {
  const proofFor = async (at: KeycloakStandIn, changes: object = {}) => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const jwk = await exportJWK(publicKey)
    const jti = createHash('sha256').update(JSON.stringify(jwk)).digest('hex')
    const proof = await new SignJWT({ htm: 'POST', htu: at.tokenEndpoint, jti, ...changes })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(privateKey)
    return { proof, jkt: await calculateJwkThumbprint(jwk) }
  }

  test('a proof binds the token; without one the exchange is refused', async () => {
    const { proof, jkt } = await proofFor(newer)
    const bound = await exchange({ at: newer, headers: { dpop: proof } })
    expect(bound.body['token_type']).toBe('DPoP')
    expect(claimsIn(bound)['cnf']).toEqual({ jkt })
    const bare = await exchange({ at: newer })
    expect(bare.body['error_description']).toBe('DPoP proof is missing')
    const again = await exchange({ at: newer, headers: { dpop: proof } })
    expect(again.body['error']).toBe('invalid_dpop_proof')
    const elsewhere = await proofFor(newer, { htu: 'http://localhost/' })
    const foreign = await exchange({ at: newer, headers: { dpop: elsewhere.proof } })
    expect(foreign.body['error']).toBe('invalid_dpop_proof')
  })

  test('a subject token that is bound to the key of its client cannot be exchanged by another', async () => {
    const subject = await keycloak.tokens.user({ claims: { cnf: { jkt: 'x' } } })
    const { body } = await exchange({ form: { subject_token: subject } })
    expect(body['error_description']).toBe(
      'Sender-constrained token exchange rejected as the token was not issued for the requesting client',
    )
  })

  test('a resource that is read stands in aud beside what the mappers name', async () => {
    const { redemption } = await requestCode({
      authorizationEndpoint: newer.authorizationEndpoint,
      ...{ clientId: 'mcp-client', username: 'alice', scope: 'tool:greet' },
      further: { resource: MCP_URL },
    })
    const signedIn = await postForm(newer.tokenEndpoint, redemption)
    expect(claimsIn(signedIn)['aud']).toEqual([MCP_URL, 'mcp-server'])
    const { proof } = await proofFor(newer)
    const form = {
      resource: API_URL,
      audience: '',
      subject_token: String(signedIn.body['access_token']),
    }
    const exchanged = await exchange({ at: newer, headers: { dpop: proof }, form })
    expect(claimsIn(exchanged)['aud']).toEqual([API_URL, 'travel-api', 'account'])
  })
})

describe('signing in at the Keycloak stand-in', () => {
  test('a client that registers itself signs a user in, and gets a token that the keys verify', async () => {
    const registered = await fetch(`${keycloak.issuer}/clients-registrations/openid-connect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'A client',
        redirect_uris: ['http://127.0.0.1:33418/callback'],
      }),
    })
    const { client_id: clientId } = (await registered.json()) as { client_id: string }
    const { callback, redemption } = await requestCode({
      authorizationEndpoint: keycloak.authorizationEndpoint,
      ...{ clientId, username: 'bob', scope: 'openid tool:greet' },
      // Not read without the feature.
      further: { resource: 'http://anything.example' },
    })
    const { body } = await postForm(keycloak.tokenEndpoint, redemption)
    const keys = createRemoteJWKSet(new URL(`${keycloak.issuer}/protocol/openid-connect/certs`))
    const { payload } = await jwtVerify(String(body['access_token']), keys)
    expect(registered.status).toBe(201)
    expect(callback.get('iss')).toBe(keycloak.issuer)
    expect(payload).toMatchObject({
      aud: 'mcp-server',
      azp: clientId,
      scope: 'openid profile email tool:greet',
      preferred_username: 'bob',
    })
    expect(decodeJwt(String(body['id_token']))).toMatchObject({ typ: 'ID', aud: clientId })
  })

  test.each([
    ['no redirect URI', {}],
    ['one on another machine over http', { redirect_uris: ['http://evil.example/'] }],
    ['one with a user name', { redirect_uris: ['https://a@evil.example/'] }],
  ])('refuses to register a client with %s', async (_what, metadata) => {
    const response = await fetch(`${keycloak.issuer}/clients-registrations/openid-connect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(metadata),
    })
    expect(response.status).toBe(400)
  })

  test('a service account looks like a user but for its name', async () => {
    const form = { grant_type: 'client_credentials' }
    const answer = await postForm(
      keycloak.tokenEndpoint,
      form,
      basic('mcp-server', keycloak.clientSecret),
    )
    const claims = claimsIn(answer)
    expect(claims).toMatchObject({
      preferred_username: 'service-account-mcp-server',
      client_id: 'mcp-server',
      azp: 'mcp-server',
    })
    expect(claims).not.toHaveProperty('sid')
  })

  test('the metadata are at both places of a realm, and name the endpoint for registration', async () => {
    for (const path of [
      '/realms/demo/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/realms/demo',
    ]) {
      const metadata = (await (await fetch(`${keycloak.origin}${path}`)).json()) as object
      expect(metadata).toMatchObject({
        issuer: keycloak.issuer,
        registration_endpoint: `${keycloak.issuer}/clients-registrations/openid-connect`,
      })
    }
  })

  test('a refresh token counts once', async () => {
    const { redemption } = await requestCode({
      authorizationEndpoint: keycloak.authorizationEndpoint,
      ...{ clientId: 'mcp-client', username: 'alice', scope: 'tool:greet' },
    })
    const { body } = await postForm(keycloak.tokenEndpoint, redemption)
    const form = {
      ...{ grant_type: 'refresh_token', client_id: 'mcp-client' },
      refresh_token: String(body['refresh_token']),
    }
    const wider = await postForm(keycloak.tokenEndpoint, { ...form, scope: 'write:bookings' })
    expect(wider.body['error']).toBe('invalid_scope')
    expect((await postForm(keycloak.tokenEndpoint, form)).status).toBe(200)
    expect((await postForm(keycloak.tokenEndpoint, form)).body['error']).toBe('invalid_grant')
  })
})
