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
  claimsIn,
  exchangeAtKeycloak,
  type ExchangeChanges,
} from '../../helpers/stand-in-exchange.js'
import {
  basic,
  postForm,
  requestCode,
  type TokenEndpointAnswer,
} from '../../helpers/stand-in-flow.js'

const MCP_URL = 'http://localhost:3001/mcp'
const API_URL = 'http://localhost:8787/'

let keycloak: KeycloakStandIn
/** With the newer features on: `resource` is read, and the exchanging client needs DPoP. */
let newer: KeycloakStandIn

beforeAll(async () => {
  const features = { readsResource: true, requiresDpop: true }
  const urls = { mcpResourceUrl: MCP_URL, apiResourceUrl: API_URL }
  ;[keycloak, newer] = await Promise.all([
    startKeycloakStandIn({ port: 0 }),
    startKeycloakStandIn({ port: 0, ...features, ...urls }),
  ])
})
afterAll(() => Promise.all([keycloak.close(), newer.close()]))

function exchange({
  at = keycloak,
  ...changes
}: ExchangeChanges & { readonly at?: KeycloakStandIn } = {}): Promise<TokenEndpointAnswer> {
  return exchangeAtKeycloak(at, changes)
}

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
