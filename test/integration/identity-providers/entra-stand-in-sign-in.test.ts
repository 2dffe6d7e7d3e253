import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startEntraStandIn,
  type EntraStandIn,
} from '../../../apps/identity-providers/entra/entra-stand-in.js'
import { postForm, requestCode, type TokenEndpointAnswer } from '../../helpers/stand-in-flow.js'

let entra: EntraStandIn

beforeAll(async () => {
  entra = await startEntraStandIn({ port: 0, mcpServerUri: 'http://localhost:3001/mcp' })
})
afterAll(() => entra.close())

function codesOf({ body }: TokenEndpointAnswer): unknown {
  return body['error_codes']
}

interface SignInRequest {
  readonly username?: string
  readonly scope?: string
  readonly clientId?: string
  readonly redirectUri?: string
  readonly further?: Readonly<Record<string, string>>
}

function requestCodeHere(request: SignInRequest) {
  return requestCode({
    authorizationEndpoint: `${entra.origin}/${entra.tenants.contoso}/oauth2/v2.0/authorize`,
    clientId: entra.apps.mcpClient,
    username: 'alice',
    scope: `${entra.appIdUris.mcpServer}/tool:greet`,
    ...request,
  })
}

async function signedIn(request: SignInRequest = {}): Promise<string> {
  const { redemption } = await requestCodeHere(request)
  const { body } = await postForm(entra.tokenEndpoint, redemption)
  return String(body['access_token'])
}

describe('signing in at the Entra stand-in', () => {
  test('gives a token for the app, with the bare scope, that its keys verify', async () => {
    const token = await signedIn({ further: { resource: entra.appIdUris.mcpServer } })
    const keys = new URL(`${entra.origin}/${entra.tenants.contoso}/discovery/v2.0/keys`)
    const { payload } = await jwtVerify(token, createRemoteJWKSet(keys))
    expect(payload).toMatchObject({
      iss: entra.issuers.contoso.v2,
      aud: entra.apps.mcpServer,
      azp: entra.apps.mcpClient,
      azpacr: '0',
      scp: 'tool:greet',
    })
  })

  test.each([
    [
      'a resource that is not that of the scopes',
      { resource: 'http://localhost:3001/mcp/' },
      '9010010',
      'invalid_target',
    ],
    [
      'a bare scope beside the resource',
      { scope: 'tool:greet', resource: 'http://localhost:3001/mcp' },
      '9010010',
      'invalid_target',
    ],
    ['a bare scope', { scope: 'tool:greet' }, '650053', 'invalid_client'],
    ['no code challenge', { code_challenge: '' }, '900144', 'invalid_request'],
    ['a plain code challenge', { code_challenge_method: 'plain' }, '90013', 'invalid_request'],
  ])('sends the client back with an error for %s', async (_what, further, code, error) => {
    const { callback } = await requestCodeHere({ further })
    expect(callback.get('error')).toBe(error)
    expect(callback.get('error_description')).toContain(`AADSTS${code}:`)
    expect(callback.get('state')).toBe('the-state')
  })

  test('a redirect URI may have another port on loopback, and nothing else', async () => {
    await requestCodeHere({ redirectUri: 'http://localhost:4711/callback' })
    for (const redirectUri of ['http://localhost:4711/other', 'https://evil.example/callback']) {
      await expect(requestCodeHere({ redirectUri })).rejects.toMatchObject({ code: 'refused' })
    }
  })

  test('a code counts once, for its client and its verifier', async () => {
    const { redemption } = await requestCodeHere({})
    const redeem = (changes: object): Promise<TokenEndpointAnswer> =>
      postForm(entra.tokenEndpoint, { ...redemption, ...changes })
    expect((await redeem({})).status).toBe(200)
    expect(codesOf(await redeem({}))).toEqual([70000])
    const other = await requestCodeHere({})
    const wrong = { ...other.redemption, code_verifier: 'x'.repeat(43) }
    expect(codesOf(await postForm(entra.tokenEndpoint, wrong))).toEqual([70000])
  })

  test('the form of the sign-in page counts in the browser that asked for it alone', async () => {
    const page = await fetch(
      `${entra.origin}/${entra.tenants.contoso}/oauth2/v2.0/authorize?${new URLSearchParams({
        ...{ response_type: 'code', client_id: entra.apps.mcpClient },
        ...{ redirect_uri: 'http://localhost:1/callback', scope: 'openid' },
        ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
      }).toString()}`,
    )
    const form = await fetch(page.url, {
      method: 'POST',
      body: new URLSearchParams({ username: 'alice' }),
      redirect: 'manual',
    })
    expect(form.status).toBe(400)
    expect(await form.text()).toContain('was begun in another browser')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('again, with the claims of a challenge, ends what the challenge was for', async () => {
    const username = 'mfa-observed'
    const exchange = (assertion: string): Promise<TokenEndpointAnswer> =>
      postForm(entra.tokenEndpoint, {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        client_id: entra.apps.mcpServer,
        client_secret: entra.clientSecret,
        assertion,
        scope: `${entra.appIdUris.api}/read:trips`,
        requested_token_use: 'on_behalf_of',
      })
    const refused = await exchange(await signedIn({ username }))
    const claims = String(refused.body['claims'])
    const token = await signedIn({ username, further: { claims } })
    expect((await exchange(token)).status).toBe(200)
  })

  test('a client that may not call the MCP server is refused', async () => {
    const { callback } = await requestCodeHere({ clientId: entra.apps.otherClient })
    expect(callback.get('error_description')).toContain('AADSTS650057:')
  })
})

describe('the metadata of the Entra stand-in', () => {
  test('are at the path of OpenID Connect alone, and name the issuer of each version', async () => {
    const issuerAt = async (path: string): Promise<unknown> => {
      const response = await fetch(`${entra.origin}${path}`)
      if (!response.ok) return response.status
      return ((await response.json()) as { issuer: unknown }).issuer
    }
    const { contoso } = entra.tenants
    const { v1, v2 } = entra.issuers.contoso
    const well = '.well-known/openid-configuration'
    expect(await issuerAt(`/${contoso}/v2.0/${well}`)).toBe(v2)
    expect(await issuerAt(`/${contoso}/${well}`)).toBe(v1)
    expect(await issuerAt(`/sts/${contoso}/${well}`)).toBe(v1)
    expect(await issuerAt(`/common/v2.0/${well}`)).toBe(`${entra.origin}/{tenantid}/v2.0`)
    expect(await issuerAt(`/.well-known/oauth-authorization-server/${contoso}/v2.0`)).toBe(404)
    expect(await issuerAt(`/${contoso}/v2.0/.well-known/oauth-authorization-server`)).toBe(404)
  })
})
