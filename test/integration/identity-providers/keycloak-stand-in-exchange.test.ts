import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startKeycloakStandIn,
  type KeycloakStandIn,
} from '../../../apps/identity-providers/keycloak/keycloak-stand-in.js'
import {
  claimsIn,
  exchangeAtKeycloak,
  type ExchangeChanges,
} from '../../helpers/stand-in-exchange.js'
import { basic, postForm, type TokenEndpointAnswer } from '../../helpers/stand-in-flow.js'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const MCP_URL = 'http://localhost:3001/mcp'
const API_URL = 'http://localhost:8787/'

let keycloak: KeycloakStandIn
let nowMs = Date.now()

beforeAll(async () => {
  keycloak = await startKeycloakStandIn({ port: 0, now: () => nowMs })
})
afterAll(() => keycloak.close())

function exchange({
  at = keycloak,
  ...changes
}: ExchangeChanges & { readonly at?: KeycloakStandIn } = {}): Promise<TokenEndpointAnswer> {
  return exchangeAtKeycloak(at, changes)
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
