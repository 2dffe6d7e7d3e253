import express, { type Express } from 'express'
import { SignJWT } from 'jose'
import { onBehalfOf, Secret, type OnBehalfOfOptions } from 'mcp-on-behalf-of'
import request from 'supertest'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { RecordingLog } from '../helpers/recording-log.js'
import { createSigningKey, type SigningKey } from '../helpers/test-issuer.js'

const ENDPOINT = new URL('https://mcp.example/mcp')
const LOGIN = 'https://login.microsoftonline.com'
const HOME = '11111111-2222-3333-4444-555555555555'
const GUEST = '22222222-3333-4444-5555-666666666666'
const STRANGE = '33333333-4444-5555-6666-777777777777'
const SERVER_APP = '44444444-5555-6666-7777-888888888888'
const API_APP = '55555555-6666-7777-8888-999999999999'
const CLIENT_APP = '66666666-7777-8888-9999-000000000000'

const v1 = (tenant: string): string => `https://sts.windows.net/${tenant}/`
const v2 = (tenant: string): string => `${LOGIN}/${tenant}/v2.0`

let key: SigningKey
let log: RecordingLog
/** The addresses at which tokens were asked for, and with what. */
let asked: { readonly url: string; readonly form: URLSearchParams }[]
/** The claims of the tokens that come back. */
let answer: Readonly<Record<string, unknown>>

beforeAll(async () => {
  key = await createSigningKey()
})

beforeEach(() => {
  asked = []
  answer = tokenFor(HOME, { aud: API_APP, azp: SERVER_APP, scp: 'read', sub: 'at the API' })
})

function tokenFor(tenant: string, claims: Readonly<Record<string, unknown>> = {}) {
  return {
    ...{ iss: v2(tenant), aud: SERVER_APP, tid: tenant, oid: 'alice', sub: 'here', ver: '2.0' },
    ...{ azp: CLIENT_APP, scp: 'tool:greet' },
    ...claims,
  }
}

function signed(claims: Readonly<Record<string, unknown>>): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1_000)
  return new SignJWT({ iat: nowSeconds, exp: nowSeconds + 3_600, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
    .sign(key.privateKey)
}

/** Microsoft's hosts, as far as this server asks them for something. */
const microsoft: typeof fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : String(input)
  const [, tenant = '', rest = ''] =
    /^https:\/\/login\.microsoftonline\.com\/([^/]+)\/(.*)$/.exec(url) ?? []
  const documentOf = (issuer: string, endpoint: string): Response =>
    Response.json({
      issuer,
      jwks_uri: `${LOGIN}/${tenant}/discovery/keys`,
      token_endpoint: `${LOGIN}/${tenant}/${endpoint}`,
    })
  switch (rest) {
    case 'v2.0/.well-known/openid-configuration':
      return documentOf(v2(tenant), 'oauth2/v2.0/token')
    case '.well-known/openid-configuration':
      return documentOf(v1(tenant), 'oauth2/token')
    case 'discovery/keys':
      return Response.json({ keys: [key.jwk] })
    case 'oauth2/v2.0/token':
      asked.push({ url, form: new URLSearchParams(init?.body as string) })
      return Response.json({
        access_token: await signed(answer),
        ...{ token_type: 'Bearer', expires_in: 3_600, scope: `api://${API_APP}/Read` },
      })
    default:
      return new Response(null, { status: 404 })
  }
}

function appWith(change: Partial<OnBehalfOfOptions> = {}): Express {
  log = new RecordingLog()
  const { metadata, protect, errors } = onBehalfOf({
    endpoint: ENDPOINT,
    issuer: v2(HOME),
    allowedTenants: [GUEST],
    client: { id: SERVER_APP, secret: new Secret('secret-of-the-server') },
    apis: { api: { audience: `api://${API_APP}`, baseUrl: new URL('https://api.example') } },
    tools: [
      {
        name: 'greet',
        requiredScopes: ['tool:greet'],
        downstream: { api: 'api', scopes: ['read'] },
      },
    ],
    fetch: microsoft,
    log,
    ...change,
  })
  const app = express()
  app.use(metadata)
  app.all('/mcp', protect, (_req, res) => {
    res.json({ passed: true })
  })
  app.use(errors)
  return app
}

async function greet(claims: Readonly<Record<string, unknown>>, app = appWith()) {
  const answered = await request(app)
    .post('/mcp')
    .set({ Host: ENDPOINT.host, Authorization: `Bearer ${await signed(claims)}` })
    .send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'greet', arguments: {} } })
  return answered
}

/** Why the exchange failed; `undefined` where it did not. */
function failure(): unknown {
  const [failed] = log.named('exchange_failed')
  return failed?.fields['reason'] ?? failed?.fields['code']
}

describe('a server whose users are of tenants of Entra ID', () => {
  test('the metadata names version 2 of every tenant, and scopes as clients have to ask for them', async () => {
    const answered = await request(appWith())
      .get('/.well-known/oauth-protected-resource/mcp')
      .set('Host', ENDPOINT.host)
    expect(answered.body).toMatchObject({
      resource: ENDPOINT.href,
      authorization_servers: [v2(HOME), v2(GUEST)],
      scopes_supported: ['https://mcp.example/mcp/tool:greet'],
    })
  })

  test('a challenge names the scope with the Application ID URI in front', async () => {
    const { status, headers } = await greet(tokenFor(HOME, { scp: 'other' }))
    expect(status).toBe(403)
    expect(headers['www-authenticate']).toContain('scope="https://mcp.example/mcp/tool:greet')
  })

  test('a token is exchanged on behalf of the user at its own tenant', async () => {
    expect((await greet(tokenFor(HOME))).status).toBe(200)
    expect(failure()).toBeUndefined()
    const [{ url, form } = { url: '', form: new URLSearchParams() }] = asked
    expect(url).toBe(`${LOGIN}/${HOME}/oauth2/v2.0/token`)
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    expect(form.get('scope')).toBe(`api://${API_APP}/read`)
  })

  test('a token of version 1 is exchanged at version 2 of its tenant', async () => {
    const older = { iss: v1(HOME), ver: '1.0', azp: undefined, appid: CLIENT_APP }
    expect((await greet(tokenFor(HOME, older))).status).toBe(200)
    expect(failure()).toBeUndefined()
    expect(asked.map(({ url }) => url)).toEqual([`${LOGIN}/${HOME}/oauth2/v2.0/token`])
  })

  test('the tokens of both versions of one user count together, and those of the other tenant apart', async () => {
    const app = appWith({ http: { rateLimitPerCaller: 2 } })
    const older = { iss: v1(HOME), ver: '1.0', azp: undefined, appid: CLIENT_APP }
    const statusOf = async (claims: Readonly<Record<string, unknown>>): Promise<number> =>
      (await greet(claims, app)).status
    expect(await statusOf(tokenFor(HOME))).toBe(200)
    expect(await statusOf(tokenFor(HOME, older))).toBe(200)
    expect(await statusOf(tokenFor(HOME))).toBe(429)
    expect(await statusOf(tokenFor(HOME, older))).toBe(429)
    expect(await statusOf(tokenFor(GUEST))).toBe(200)
  })

  test('a user of a tenant that is allowed is exchanged for there', async () => {
    answer = { ...answer, iss: v1(GUEST), tid: GUEST, aud: `api://${API_APP}` }
    expect((await greet(tokenFor(GUEST))).status).toBe(200)
    expect(failure()).toBeUndefined()
    expect(asked.map(({ url }) => url)).toEqual([`${LOGIN}/${GUEST}/oauth2/v2.0/token`])
  })

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['of a tenant that is not allowed', tokenFor(STRANGE)],
    ['of version 1 of a tenant that is not allowed', tokenFor(STRANGE, { iss: v1(STRANGE) })],
    ['that names a tenant beside that of its issuer', tokenFor(HOME, { tid: GUEST })],
    ['that names a tenant that is not allowed', tokenFor(HOME, { tid: STRANGE })],
    ['without tenant', tokenFor(HOME, { tid: undefined })],
    ['without user', tokenFor(HOME, { oid: undefined })],
    ['of an app', tokenFor(HOME, { scp: undefined, roles: ['r'] })],
  ])('a token %s is refused, and nobody is asked for another', async (_what, claims) => {
    expect((await greet(claims)).status).toBe(401)
    expect(asked).toEqual([])
  })

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['by another tenant that is allowed', { iss: v2(GUEST) }, 'issuer'],
    ['by version 1 of another tenant', { iss: v1(GUEST) }, 'issuer'],
    ['by a tenant that is not allowed', { iss: v2(STRANGE) }, 'issuer'],
    ['for the same id in another tenant', { tid: GUEST }, 'subject'],
    ['for another user', { oid: 'bob' }, 'subject'],
    ['for this server', { aud: SERVER_APP }, 'acceptable_here'],
  ])('a token that comes back %s is refused', async (_what, change, reason) => {
    answer = { ...answer, ...change }
    await greet(tokenFor(HOME))
    expect([asked.length, failure()]).toEqual([1, reason])
  })

  test('an issuer that stands for many tenants is refused at the start, and so is such a tenant', () => {
    expect(() => appWith({ issuer: `${LOGIN}/common/v2.0` })).toThrow(/issuer: names no tenant/)
    expect(() => appWith({ allowedTenants: ['organizations'] })).toThrow(
      /allowedTenants: must be ids of tenants/,
    )
    expect(() => appWith({ identityProvider: 'generic' })).toThrow(
      /allowedTenants: is for identity providers with tenants/,
    )
  })
})
