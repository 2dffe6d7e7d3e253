import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import { decodeJwt, importPKCS8, SignJWT, type JWTPayload } from 'jose'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startEntraStandIn,
  type EntraStandIn,
} from '../../../apps/identity-providers/entra/entra-stand-in.js'
import { postForm, requestCode, type TokenEndpointAnswer } from '../../helpers/stand-in-flow.js'
import { startHttpServer } from '../../helpers/start-http-server.js'

let entra: EntraStandIn
let pair: { readonly certificate: string; readonly privateKey: string }

beforeAll(async () => {
  const generated = await generate([{ name: 'commonName', value: 'mcp-server' }], { keySize: 2048 })
  pair = { certificate: generated.cert, privateKey: generated.private }
  entra = await startEntraStandIn({
    port: 0,
    certificate: pair.certificate,
    clientIdMetadataDocuments: true,
    withIdtyp: true,
    apiTokenVersion: 1,
  })
})
afterAll(() => entra.close())

interface Assertion {
  readonly alg?: string
  readonly thumbprint?: string
  readonly claims?: JWTPayload
  readonly lifetimeSeconds?: number
}

async function assertionOf({
  alg = 'PS256',
  thumbprint,
  claims,
  lifetimeSeconds = 300,
}: Assertion = {}) {
  const { raw } = new X509Certificate(pair.certificate)
  const now = Math.floor(Date.now() / 1_000)
  return new SignJWT({
    iss: entra.apps.mcpServer,
    sub: entra.apps.mcpServer,
    aud: entra.tokenEndpoint,
    jti: createHash('sha256')
      .update(JSON.stringify([alg, thumbprint, claims, lifetimeSeconds]))
      .digest('hex'),
    nbf: now,
    exp: now + lifetimeSeconds,
    ...claims,
  })
    .setProtectedHeader({
      ...{ alg, typ: 'JWT' },
      'x5t#S256': thumbprint ?? createHash('sha256').update(raw).digest('base64url'),
    })
    .sign(await importPKCS8(pair.privateKey, alg))
}

async function exchange(form: Readonly<Record<string, string>>): Promise<TokenEndpointAnswer> {
  return postForm(entra.tokenEndpoint, {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: await entra.tokens.user(),
    scope: `${entra.appIdUris.api}/read:trips`,
    requested_token_use: 'on_behalf_of',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    ...form,
  })
}

describe('a certificate assertion at the Entra stand-in', () => {
  test('takes the place of the secret, once', async () => {
    const assertion = await assertionOf()
    const form = { client_assertion: assertion, client_id: entra.apps.mcpServer }
    const { body } = await exchange(form)
    expect(decodeJwt(String(body['access_token']))['appidacr']).toBe('2')
    expect((await exchange(form)).body['error_codes']).toEqual([700027])
  })

  test.each<[string, Assertion, number]>([
    ['RS256', { alg: 'RS256' }, 700027],
    ['the thumbprint of another certificate', { thumbprint: 'x' }, 700027],
    ['the issuer as audience', { claims: { aud: 'https://issuer.example' } }, 700027],
    ['another subject', { claims: { iss: 'x' } }, 700027],
    ['a life of an hour', { lifetimeSeconds: 3_600 }, 700024],
    ['an end that is over', { lifetimeSeconds: -1 }, 700024],
  ])('is refused with %s', async (_what, options, code) => {
    const { status, body } = await exchange({ client_assertion: await assertionOf(options) })
    expect({ status, error: body['error'], codes: body['error_codes'] }).toEqual({
      status: 401,
      error: 'invalid_client',
      codes: [code],
    })
  })

  test('is refused beside a secret', async () => {
    const { body } = await exchange({
      client_assertion: await assertionOf({ claims: { jti: 'beside a secret' } }),
      client_secret: entra.clientSecret,
    })
    expect(body['error_codes']).toEqual([90013])
  })

  test('is made with the key of the certificate', () => {
    const own = new X509Certificate(pair.certificate).publicKey
    expect(own.equals(createPublicKey(pair.privateKey))).toBe(true)
  })
})

describe('the switches of the Entra stand-in', () => {
  test('an API with v1 tokens gets the other issuer, its name as audience, and appid', async () => {
    const form = { client_id: entra.apps.mcpServer, client_secret: entra.clientSecret }
    const { body } = await exchange({ ...form, client_assertion_type: '' })
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      iss: entra.issuers.contoso.v1,
      aud: entra.appIdUris.api,
      appid: entra.apps.mcpServer,
      appidacr: '1',
      ver: '1.0',
    })
  })

  test('an app-only token has roles and no scp, oid is sub, and idtyp says app', async () => {
    const { body } = await postForm(entra.tokenEndpoint, {
      grant_type: 'client_credentials',
      client_id: entra.apps.mcpServer,
      client_secret: entra.clientSecret,
      scope: `${entra.appIdUris.api}/.default`,
    })
    const claims = decodeJwt(String(body['access_token']))
    expect(claims).toMatchObject({ roles: ['Trips.Read.All'], idtyp: 'app', oid: claims.sub })
    expect(claims).not.toHaveProperty('scp')
  })

  test('client credentials need .default', async () => {
    const { body } = await postForm(entra.tokenEndpoint, {
      grant_type: 'client_credentials',
      client_id: entra.apps.mcpServer,
      client_secret: entra.clientSecret,
      scope: `${entra.appIdUris.api}/read:trips`,
    })
    expect(body['error_codes']).toEqual([1002012])
  })

  test('a client id may be the address of a metadata document, where that is switched on', async () => {
    const documents = await startHttpServer((req, res) => {
      const clientId = `http://${req.headers.host ?? ''}${req.url ?? ''}`
      const redirectUris = ['http://127.0.0.1/callback']
      res.setHeader('content-type', 'application/json')
      res.end(
        JSON.stringify({ client_id: clientId, client_name: 'A', redirect_uris: redirectUris }),
      )
    })
    const clientId = `${documents.origin}/client.json`
    const ask = (standIn: EntraStandIn) =>
      requestCode({
        authorizationEndpoint: `${standIn.origin}/${standIn.tenants.contoso}/oauth2/v2.0/authorize`,
        ...{ clientId, username: 'alice' },
        scope: `${standIn.appIdUris.mcpServer}/tool:greet`,
      })
    const { redemption } = await ask(entra)
    const { body } = await postForm(entra.tokenEndpoint, redemption)
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ azp: clientId, azpacr: '0' })
    const without = await startEntraStandIn({ port: 0 })
    await expect(ask(without)).rejects.toMatchObject({ code: 'refused' })
    await without.close()
  })
})
