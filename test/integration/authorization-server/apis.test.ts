import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '../../../apps/development/sign-in.js'
import {
  PERMISSIONS,
  API,
  CALLBACK,
  MCP,
  type RunningServer,
  authorizationRequest,
  changedDirectory,
  decode,
  obtainAccessToken,
  obtainTokens,
  postJson,
  postToken,
  registerClient,
  startAuthorizationServer,
} from './support.js'

let server: RunningServer

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(async () => {
  await server.close()
})

describe('the API that a token is for', () => {
  it.each([
    ['resource', { resource: MCP }],
    ['audience', { resource: '', audience: MCP }],
    ['audience, which wins over resource', { resource: 'https://other.example/', audience: MCP }],
    ['resource, when audience is empty', { resource: MCP, audience: '' }],
  ])('the API that a token is for is named by %s', async (_what, params) => {
    const { claims } = decode(await obtainAccessToken(server, 'alice', params))
    expect(claims.aud).toBe(MCP)
  })

  it.each(['resource', 'audience'])(
    'the API that a token is for may be named by %s at the token endpoint again',
    async (name) => {
      const { url, verifier } = authorizationRequest(server)
      const callback = await signIn({ authorizationUrl: url, username: 'alice' })
      const form = {
        grant_type: 'authorization_code',
        client_id: 'curl',
        redirect_uri: CALLBACK,
        code: callback.searchParams.get('code') ?? '',
        code_verifier: verifier,
      }
      const other = await postToken(server, { ...form, [name]: 'http://localhost:3001/other' })
      expect(other).toMatchObject({ status: 400, body: { error: 'invalid_target' } })

      const again = await obtainTokens(server, 'alice')
      const refreshed = await postJson(`${server.issuer}oauth/token`, {
        grant_type: 'refresh_token',
        client_id: 'curl',
        refresh_token: again.body['refresh_token'],
        [name]: MCP,
      })
      expect(decode(String(refreshed.body['access_token'])).claims.aud).toBe(MCP)
    },
  )

  it.each([`${MCP}/`, 'http://localhost:3001/', 'urn:unknown'])(
    'the API that a token is for must exist letter by letter: %s is answered with the known ones',
    async (resource) => {
      const { url } = authorizationRequest(server, { resource })
      const callback = await signIn({ authorizationUrl: url, username: 'alice' })
      expect(callback.searchParams.get('error')).toBe('invalid_target')
      const description = callback.searchParams.get('error_description')
      expect(description).toContain(`Service not found: ${resource}`)
      expect(description).toContain(MCP)
      expect(description).toContain(API)
    },
  )

  it('the API that a token is for is nothing when none is named: the token is opaque', async () => {
    const { status, body } = await obtainTokens(server, 'alice', { resource: '' })
    expect(status).toBe(200)
    expect(body['access_token']).not.toContain('.')
    expect(body['scope']).toBe('')
  })

  it('the API that a token is for admits a first-party client by its user policy', async () => {
    const { url } = authorizationRequest(server, { resource: API, scope: 'read:private' })
    const callback = await signIn({ authorizationUrl: url, username: 'alice' })
    expect(callback.searchParams.get('error')).toBe('unauthorized_client')
    expect(callback.searchParams.get('error_description')).toContain('client grant')
  })

  it('the API that a token is for admits a third-party client only with a client grant', async () => {
    const clientId = await registerClient(server)
    const params = { client_id: clientId, resource: API, scope: 'read:private' }
    const { url } = authorizationRequest(server, params)
    const callback = await signIn({ authorizationUrl: url, username: 'alice' })
    expect(callback.searchParams.get('error')).toBe('unauthorized_client')
  })

  it('the API that a token is for decides about life and refresh tokens', async () => {
    const directory = changedDirectory(({ resource_servers: [mcp] }) => {
      if (mcp !== undefined)
        Object.assign(mcp, { token_lifetime: 120, allow_offline_access: false })
    })
    const strict = await startAuthorizationServer({ directory })
    try {
      const { body } = await obtainTokens(strict, 'alice')
      expect(body['expires_in']).toBe(120)
      expect(body).not.toHaveProperty('refresh_token')
      const { claims } = decode(String(body['access_token']))
      expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(120)
    } finally {
      await strict.close()
    }
  })

  it('the API that a token is for is asked for with consent by a first-party client, too, unless the API skips that', async () => {
    const directory = changedDirectory(({ resource_servers: [mcp] }) => {
      if (mcp !== undefined) mcp.skip_consent_for_verifiable_first_party_clients = false
    })
    const strict = await startAuthorizationServer({ directory })
    try {
      const { url } = authorizationRequest(strict)
      const callback = await signIn({ authorizationUrl: url, username: 'alice', consent: 'deny' })
      expect(callback.searchParams.get('error')).toBe('access_denied')
    } finally {
      await strict.close()
    }
  })
})

describe('token dialects', () => {
  it.each([
    { dialect: 'access_token', typ: 'JWT', claim: 'azp', hasPermissions: false },
    { dialect: 'access_token_authz', typ: 'JWT', claim: 'azp', hasPermissions: true },
    { dialect: 'rfc9068_profile', typ: 'at+jwt', claim: 'client_id', hasPermissions: false },
    { dialect: 'rfc9068_profile_authz', typ: 'at+jwt', claim: 'client_id', hasPermissions: true },
  ] as const)('$dialect has the typ $typ and the claim $claim', async (expected) => {
    const { dialect, typ, claim, hasPermissions } = expected
    const directory = changedDirectory(({ resource_servers: [mcp] }) => {
      if (mcp !== undefined) mcp.token_dialect = dialect
    })
    const speaking = await startAuthorizationServer({ directory })
    try {
      const token = await obtainAccessToken(speaking, 'alice', { scope: 'tool:greet' })
      const { header, claims } = decode(token)
      expect(header).toMatchObject({ alg: 'RS256', typ, kid: expect.any(String) as string })
      expect(claims).toEqual({
        iss: speaking.issuer,
        sub: 'auth0|alice',
        aud: MCP,
        iat: expect.any(Number) as number,
        exp: expect.any(Number) as number,
        scope: 'tool:greet',
        [claim]: 'curl',
        ...(claim === 'client_id' && { jti: expect.any(String) as string }),
        ...(hasPermissions && { permissions: PERMISSIONS.alice.mcp }),
      })
    } finally {
      await speaking.close()
    }
  })
})
