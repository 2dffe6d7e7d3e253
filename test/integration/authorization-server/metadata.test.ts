import request from 'supertest'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  API,
  MCP,
  type RunningServer,
  exchangeForm,
  obtainAccessToken,
  obtainTokens,
  postToken,
  readAnswer,
  startAuthorizationServer,
  get,
} from './support.js'

let server: RunningServer

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(async () => {
  await server.close()
})

describe('metadata', () => {
  it.each(['.well-known/openid-configuration', '.well-known/oauth-authorization-server'])(
    'metadata describes the whole server at %s',
    async (path) => {
      const { issuer } = server
      const { status, body } = readAnswer(await get(issuer + path))
      expect(status).toBe(200)
      expect(body).toMatchObject({
        issuer,
        authorization_endpoint: `${issuer}authorize`,
        token_endpoint: `${issuer}oauth/token`,
        registration_endpoint: `${issuer}oidc/register`,
        jwks_uri: `${issuer}.well-known/jwks.json`,
        userinfo_endpoint: `${issuer}userinfo`,
        revocation_endpoint: `${issuer}oauth/revoke`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        client_id_metadata_document_supported: true,
        scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
        id_token_signing_alg_values_supported: ['RS256'],
      })
      expect(body['token_endpoint_auth_methods_supported']).toEqual(
        expect.arrayContaining(['client_secret_basic', 'client_secret_post', 'none']),
      )
      expect(body['grant_types_supported']).toEqual(
        expect.arrayContaining([
          'authorization_code',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:token-exchange',
        ]),
      )
    },
  )

  it.each([
    ['get', '.well-known/openid-configuration'],
    ['get', '.well-known/oauth-authorization-server'],
    ['get', '.well-known/jwks.json'],
    ['post', 'oauth/token'],
    ['post', 'oidc/register'],
    ['post', 'userinfo'],
    ['post', 'oauth/revoke'],
  ] as const)('metadata lets a browser of another origin call %s /%s', async (method, path) => {
    const origin = 'http://localhost:6274'
    const preflight = await request(new URL(server.issuer).origin).options(`/${path}`).set({
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'content-type,mcp-protocol-version',
    })
    expect(preflight.status).toBe(204)
    expect(['*', origin]).toContain(preflight.get('access-control-allow-origin'))
    expect(preflight.get('access-control-allow-headers')).toContain('mcp-protocol-version')

    const answer = await request(new URL(server.issuer).origin)[method](`/${path}`).set({ origin })
    expect(['*', origin]).toContain(answer.get('access-control-allow-origin'))
  })

  it('metadata refuses an issuer without a slash at the end, or with a path', async () => {
    const { createAuthorizationServer } =
      await import('../../../apps/authorization-server/authorization-server.js')
    const { loadDirectory } = await import('../../../apps/authorization-server/directory.js')
    for (const issuer of ['http://localhost:9000', 'http://localhost:9000/auth/', 'localhost']) {
      await expect(
        createAuthorizationServer({ issuer, directory: loadDirectory() }),
      ).rejects.toThrow('slash at the end')
    }
  })
})

describe('signing keys', () => {
  it('signing keys publishes two RSA keys for RS256 and nothing private', async () => {
    const { body } = readAnswer(await get(`${server.issuer}.well-known/jwks.json`))
    const keys = body['keys'] as Record<string, unknown>[]
    expect(keys).toHaveLength(2)
    expect(new Set(keys.map((key) => key['kid'])).size).toBe(2)
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
      expect(key).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' })
    }
  })

  it('signing keys signs with the announced key after a rotation, and still honours what it signed before', async () => {
    const rotating = await startAuthorizationServer()
    try {
      const jwksUri = new URL('.well-known/jwks.json', rotating.issuer)
      const publishedKids = async (): Promise<unknown[]> => {
        const { body } = readAnswer(await get(jwksUri))
        return (body['keys'] as Record<string, unknown>[]).map((key) => key['kid'])
      }
      const [first, second] = await publishedKids()
      const before = await obtainTokens(rotating, 'alice')
      await rotating.rotateKeys()
      const after = await obtainAccessToken(rotating, 'alice')

      const verify = (token: string) =>
        jwtVerify(token, createRemoteJWKSet(jwksUri), { issuer: rotating.issuer, audience: MCP })
      const old = String(before.body['access_token'])
      expect((await verify(old)).protectedHeader.kid).toBe(first)
      expect((await verify(after)).protectedHeader.kid).toBe(second)
      expect((await postToken(rotating, exchangeForm(old))).status).toBe(200)
      expect(rotating.events).toContainEqual({ type: 'keys_rotated' })

      const refreshed = await postToken(rotating, {
        grant_type: 'refresh_token',
        client_id: 'curl',
        refresh_token: String(before.body['refresh_token']),
      })
      expect(refreshed.status).toBe(200)

      await rotating.rotateKeys()
      expect(await publishedKids()).not.toContain(first)
      expect(await postToken(rotating, exchangeForm(old, { audience: API }))).toMatchObject({
        status: 401,
        body: { error: 'invalid_grant' },
      })
    } finally {
      await rotating.close()
    }
  })
})
