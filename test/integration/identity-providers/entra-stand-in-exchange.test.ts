import { decodeJwt, decodeProtectedHeader, createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startEntraStandIn,
  type EntraStandIn,
} from '../../../apps/identity-providers/entra/entra-stand-in.js'
import { postForm, type TokenEndpointAnswer } from '../../helpers/stand-in-flow.js'

let entra: EntraStandIn
let nowMs = Date.now()

beforeAll(async () => {
  entra = await startEntraStandIn({
    port: 0,
    mcpServerUri: 'http://localhost:3001/mcp',
    now: () => nowMs,
  })
})
afterAll(() => entra.close())

/** The body of an exchange of alice's token that is right in every point. */
async function rightExchange(): Promise<Record<string, string>> {
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    client_id: entra.apps.mcpServer,
    client_secret: entra.clientSecret,
    assertion: await entra.tokens.user(),
    scope: `${entra.appIdUris.api}/read:trips`,
    requested_token_use: 'on_behalf_of',
  }
}

async function exchange(
  changes: Readonly<Record<string, string>> = {},
  endpoint = entra.tokenEndpoint,
): Promise<TokenEndpointAnswer> {
  return postForm(endpoint, { ...(await rightExchange()), ...changes })
}

function codesOf({ body }: TokenEndpointAnswer): unknown {
  return body['error_codes']
}

describe('the on-behalf-of flow of the Entra stand-in', () => {
  test('answers as RFC 7523 does, without issued_token_type, with qualified scopes in another case', async () => {
    const { status, headers, body } = await exchange()
    const uri = entra.appIdUris.api
    expect({ status, keys: Object.keys(body).sort() }).toEqual({
      status: 200,
      keys: ['access_token', 'expires_in', 'ext_expires_in', 'scope', 'token_type'],
    })
    expect(body).toMatchObject({ token_type: 'Bearer', scope: `${uri}/READ:TRIPS` })
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('the token has the bare scope, another subject, the same oid and tid, and our client in azp', async () => {
    const { body } = await exchange()
    const before = decodeJwt(await entra.tokens.user())
    const after = decodeJwt(String(body['access_token']))
    expect(after).toMatchObject({
      iss: entra.issuers.contoso.v2,
      aud: entra.apps.api,
      ver: '2.0',
      azp: entra.apps.mcpServer,
      scp: 'read:trips',
      oid: before['oid'],
      tid: entra.tenants.contoso,
    })
    expect(after.sub).not.toBe(before.sub)
    expect([after['scope'], after['act'], after['appid']]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('.default gives all that is consented', async () => {
    const { body } = await exchange({ scope: `${entra.appIdUris.api}/.default` })
    const { scp } = decodeJwt(String(body['access_token']))
    expect(scp).toBe('read:private read:trips read:bookings write:bookings')
  })

  test('offline_access brings a refresh token, which the client can use', async () => {
    const { body } = await exchange({ scope: `${entra.appIdUris.api}/read:trips offline_access` })
    const refreshed = await postForm(entra.tokenEndpoint, {
      grant_type: 'refresh_token',
      client_id: entra.apps.mcpServer,
      client_secret: entra.clientSecret,
      refresh_token: String(body['refresh_token']),
    })
    expect(refreshed.status).toBe(200)
  })

  test('a token for Microsoft Graph has a nonce in its header and cannot be verified by others', async () => {
    const { body } = await exchange({ scope: 'https://graph.microsoft.com/user.read' })
    const token = String(body['access_token'])
    expect(decodeProtectedHeader(token)).toHaveProperty('nonce')
    expect(decodeJwt(token)['scp']).toBe('User.Read')
    const keys = new URL(`${entra.origin}/${entra.tenants.contoso}/discovery/v2.0/keys`)
    await expect(jwtVerify(token, createRemoteJWKSet(keys))).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    })
  })

  test('a v1 token is exchanged, too, by the name of the app or by its id', async () => {
    const byName = await entra.tokens.user({ version: 1 })
    const byId = await entra.tokens.user({ version: 1, claims: { aud: entra.apps.mcpServer } })
    expect((await exchange({ assertion: byName })).status).toBe(200)
    expect((await exchange({ assertion: byId })).status).toBe(200)
    expect(decodeJwt(byName)).toMatchObject({
      iss: entra.issuers.contoso.v1,
      aud: 'http://localhost:3001/mcp',
      appid: entra.apps.mcpClient,
    })
  })

  test.each([
    ['no requested_token_use', { requested_token_use: '' }, 900144, 'invalid_request'],
    ['another requested_token_use', { requested_token_use: 'other' }, 90013, 'invalid_request'],
    ['no assertion', { assertion: '' }, 900144, 'invalid_request'],
    ['no scope', { scope: '' }, 900144, 'invalid_request'],
    ['another grant', { grant_type: 'urn:other' }, 70003, 'unsupported_grant_type'],
    ['a wrong secret', { client_secret: 'wrong' }, 7000215, 'invalid_client'],
    ['no secret', { client_secret: '' }, 7000218, 'invalid_client'],
    ['an unknown client', { client_id: 'unknown' }, 700016, 'unauthorized_client'],
    ['a made-up assertion', { assertion: 'a.b.c' }, 50013, 'invalid_grant'],
    ['claims that are no JSON', { claims: '{' }, 50146, 'invalid_request'],
    [
      'a scope of no resource that is known',
      { scope: 'api://none/read' },
      500011,
      'invalid_resource',
    ],
    ['only scopes of OpenID Connect', { scope: 'openid' }, 70011, 'invalid_scope'],
  ])('refuses %s with its number', async (_what, changes, code, error) => {
    const answer = await exchange(changes)
    expect(answer.body).toMatchObject({ error, error_codes: [code] })
    expect(answer.status).toBe(error === 'invalid_client' ? 401 : 400)
  })

  test('refuses scopes of two resources, .default beside others, and a name that is not there', async () => {
    const { api } = entra.appIdUris
    const asked = (scope: string): Promise<unknown> => exchange({ scope }).then(codesOf)
    expect(await asked(`${api}/read:trips https://graph.microsoft.com/User.Read`)).toEqual([700022])
    expect(await asked(`${api}/.default ${api}/read:trips`)).toEqual([70011])
    expect(await asked(`${api}/none`)).toEqual([70011])
  })

  test('refuses a resource that is not in the registration of the client', async () => {
    const answer = await exchange({ scope: `api://${entra.apps.otherClient}/read` })
    expect(answer.body).toMatchObject({ error: 'invalid_resource', error_codes: [650057] })
  })

  test('refuses an assertion for another app, of an ID token, of an app, of another tenant', async () => {
    const refused = async (assertion: Promise<string>): Promise<unknown> =>
      codesOf(await exchange({ assertion: await assertion }))
    expect(await refused(entra.tokens.user({ resource: 'api' }))).toEqual([50013])
    expect(await refused(entra.tokens.id())).toEqual([240002])
    expect(await refused(entra.tokens.app())).toEqual([7000114])
    expect(await refused(entra.tokens.user({ claims: { scp: undefined } }))).toEqual([7000114])
    expect(await refused(entra.tokens.user({ claims: { idtyp: 'app' } }))).toEqual([7000114])
    expect(await refused(entra.tokens.user({ tenant: 'fabrikam' }))).toEqual([50013])
  })

  test('refuses an assertion that is over, with five minutes of patience', async () => {
    const assertion = await entra.tokens.user()
    const began = nowMs
    try {
      nowMs = began + (3_599 + 299) * 1_000
      expect((await exchange({ assertion })).status).toBe(200)
      nowMs = began + (3_599 + 301) * 1_000
      expect(codesOf(await exchange({ assertion }))).toEqual([500133])
    } finally {
      nowMs = began
    }
  })

  test('refuses every exchange where no tenant is named', async () => {
    const common = `${entra.origin}/common/oauth2/v2.0/token`
    const unknown = `${entra.origin}/00000000-0000-4000-8000-00000000000f/oauth2/v2.0/token`
    expect(codesOf(await exchange({}, common))).toEqual([9001023])
    expect(codesOf(await exchange({}, unknown))).toEqual([90002])
  })

  test('a refusal has the members of the real one', async () => {
    const { body } = await exchange({ assertion: 'a.b.c' })
    expect(Object.keys(body).sort()).toEqual([
      ...['correlation_id', 'error', 'error_codes', 'error_description', 'error_uri'],
      ...['timestamp', 'trace_id'],
    ])
    expect(body['error_description']).toMatch(
      /^AADSTS50013: .* Trace ID: [\w-]{36} Correlation ID: [\w-]{36} Timestamp: [\d-]{10} [\d:]{8}Z$/,
    )
  })

  test('refuses a parameter that is there twice', async () => {
    const right = await rightExchange()
    const twice = await postForm(entra.tokenEndpoint, { ...right, scope: ['a', 'b'] })
    expect(codesOf(twice)).toEqual([90013])
  })
})

describe('the faults of the Entra stand-in', () => {
  test.each([
    ['mfa-documented', 400, { error: 'interaction_required', error_codes: [50076] }],
    [
      'mfa-observed',
      400,
      { error: 'invalid_grant', suberror: 'basic_action', error_codes: [50076] },
    ],
    ['consent-documented', 400, { error: 'interaction_required', error_codes: [65001] }],
    [
      'consent-observed',
      400,
      { error: 'invalid_grant', suberror: 'consent_required', error_codes: [65001] },
    ],
    ['blocked', 400, { error: 'invalid_grant', error_codes: [53003] }],
    ['blocked-claims', 400, { error: 'interaction_required', error_codes: [53003] }],
    ['bad-assertion', 400, { error: 'invalid_grant', error_codes: [50013] }],
    ['app-missing', 400, { error: 'unauthorized_client', error_codes: [700016] }],
    ['wrong-secret', 401, { error: 'invalid_client', error_codes: [7000215] }],
    ['loop', 400, { error: 'invalid_grant', error_codes: [50196] }],
    ['throttled', 429, { error_codes: [90055] }],
    ['unavailable', 503, { error: 'temporarily_unavailable', error_codes: [90033] }],
  ])('every exchange for the user %s is refused so', async (username, status, body) => {
    const answer = await exchange({ assertion: await entra.tokens.user({ username }) })
    expect(answer.body).toMatchObject(body)
    expect(answer.status).toBe(status)
    const hasClaims = ['mfa-documented', 'mfa-observed', 'blocked-claims'].includes(username)
    expect(typeof answer.body['claims']).toBe(hasClaims ? 'string' : 'undefined')
    expect(answer.headers.get('retry-after')).toBe(username === 'throttled' ? '7' : null)
  })

  test('a test can choose the fault of each exchange', async () => {
    const chosen = await startEntraStandIn({
      port: 0,
      faultFor: ({ count }) => (count === 1 ? 'throttled' : undefined),
    })
    const post = async (): Promise<number> => {
      const form = { ...(await rightExchange()), assertion: await chosen.tokens.user() }
      return (await postForm(chosen.tokenEndpoint, form)).status
    }
    expect([await post(), await post()]).toEqual([429, 200])
    await chosen.close()
  })
})

describe('the API with continuous access evaluation', () => {
  const CP1 = '{"access_token":{"xms_cc":{"values":["cp1"]}}}'
  const call = (token: string): Promise<Response> =>
    fetch(entra.caeApiUrl, { headers: { authorization: `Bearer ${token}` } })
  const tokenFor = async (claims: string): Promise<string> =>
    String((await exchange({ claims })).body['access_token'])

  test('challenges a client that declared cp1, until it exchanges with the claims', async () => {
    const refused = await call(await tokenFor(CP1))
    const challenge = refused.headers.get('www-authenticate') ?? ''
    const [, encoded = ''] = /error="insufficient_claims", claims="([^"]+)"/.exec(challenge) ?? []
    const wanted = JSON.parse(Buffer.from(encoded, 'base64').toString()) as {
      access_token: object
    }
    const claims = {
      access_token: { ...wanted.access_token, xms_cc: { values: ['cp1'] } },
    }
    expect(refused.status).toBe(401)
    expect((await call(await tokenFor(JSON.stringify(claims)))).status).toBe(200)
  })

  test('does not challenge a client that did not, and takes no tokens for others', async () => {
    expect((await call(await tokenFor(''))).status).toBe(200)
    const foreign = await call(await entra.tokens.user())
    expect(foreign.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
  })
})
