import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  PERMISSIONS,
  MCP,
  type RunningServer,
  changedDirectory,
  decode,
  obtainTokens,
  postToken,
  readAnswer,
  registerClient,
  startAuthorizationServer,
  get,
} from './support.js'

let server: RunningServer
let thirdParty: string

beforeAll(async () => {
  server = await startAuthorizationServer()
  thirdParty = await registerClient(server)
})

afterAll(async () => {
  await server.close()
})

describe('scopes', () => {
  describe.each(['first-party', 'third-party'])('of a %s client', (party) => {
    it.each([
      ['alice', 'tool:whoami tool:greet', PERMISSIONS.alice.mcp],
      ['bob', 'tool:whoami', PERMISSIONS.bob.mcp],
      ['carol', undefined, []],
    ])(
      'the scopes of a client are narrowed to what %s may do',
      async (username, scope, permissions) => {
        const client_id = party === 'first-party' ? 'curl' : thirdParty
        const { status, body } = await obtainTokens(server, username, { client_id })
        expect(status).toBe(200)
        expect(body['scope']).toBe(scope ?? '')
        const { claims } = decode(String(body['access_token']))
        expect(claims).toMatchObject({ sub: `auth0|${username}`, permissions })
        expect(claims['scope']).toBe(scope)
      },
    )
  })

  it('scopes are only those that were asked for, while permissions lists all', async () => {
    const { body } = await obtainTokens(server, 'alice', { scope: 'tool:greet' })
    const { claims } = decode(String(body['access_token']))
    expect(claims).toMatchObject({
      scope: 'tool:greet',
      permissions: PERMISSIONS.alice.mcp,
    })
  })

  it('scopes are absent when none was asked for', async () => {
    for (const client_id of ['curl', thirdParty]) {
      const { status, body } = await obtainTokens(server, 'alice', { client_id, scope: '' })
      expect(status).toBe(200)
      expect(decode(String(body['access_token'])).claims).not.toHaveProperty('scope')
    }
  })

  it('scopes stay absent after a refresh', async () => {
    const { body } = await obtainTokens(server, 'carol')
    const refreshed = await postToken(server, {
      grant_type: 'refresh_token',
      client_id: 'curl',
      refresh_token: String(body['refresh_token']),
    })
    expect(refreshed.status).toBe(200)
    expect(JSON.stringify(refreshed.body)).not.toContain('nothing_granted')
    expect(decode(String(refreshed.body['access_token'])).claims).not.toHaveProperty('scope')
  })

  it('scopes that no API defines are dropped', async () => {
    const { body } = await obtainTokens(server, 'alice', { scope: 'tool:greet tool:unknown' })
    expect(body['scope']).toBe('tool:greet')
  })

  it('scopes cannot be had by asking for the one that stands for nothing', async () => {
    for (const client_id of ['curl', thirdParty]) {
      const nothing = await obtainTokens(server, 'carol', { client_id, scope: 'nothing_granted' })
      expect(nothing.body['scope']).toBe('')
      expect(decode(String(nothing.body['access_token'])).claims).not.toHaveProperty('scope')

      const scope = 'tool:greet nothing_granted'
      const beside = await obtainTokens(server, 'alice', { client_id, scope })
      expect(beside.body['scope']).toBe('tool:greet')

      const params = { client_id, resource: '', scope: 'openid nothing_granted' }
      const opaque = await obtainTokens(server, 'alice', params)
      expect(opaque.body['scope']).toBe('openid')
    }
  })

  it('scopes of a third-party client are narrowed to the default client grant', async () => {
    const directory = changedDirectory(({ client_grants }) => {
      const grant = client_grants.find((candidate) => candidate.default_for !== undefined)
      if (grant !== undefined) grant.scope = ['tool:whoami']
    })
    const strict = await startAuthorizationServer({ directory })
    try {
      const client_id = await registerClient(strict)
      expect((await obtainTokens(strict, 'alice', { client_id })).body['scope']).toBe('tool:whoami')
      expect((await obtainTokens(strict, 'alice')).body['scope']).toBe('tool:whoami tool:greet')
    } finally {
      await strict.close()
    }
  })

  it('scopes are not limited by roles when the API does not enforce policies', async () => {
    const directory = changedDirectory(({ resource_servers: [mcp] }) => {
      if (mcp !== undefined) mcp.enforce_policies = false
    })
    const open = await startAuthorizationServer({ directory })
    try {
      const { body } = await obtainTokens(open, 'carol')
      expect(body['scope']).toBe('tool:whoami tool:greet')
      expect(decode(String(body['access_token'])).claims).not.toHaveProperty('permissions')
    } finally {
      await open.close()
    }
  })
})

describe('OpenID Connect', () => {
  it('OpenID Connect adds the userinfo endpoint as second audience, and an ID token', async () => {
    const { body } = await obtainTokens(server, 'alice', {
      scope: 'openid profile email tool:greet',
    })
    expect(body['scope']).toBe('openid profile email tool:greet')
    const { claims } = decode(String(body['access_token']))
    expect(claims.aud).toEqual([MCP, `${server.issuer}userinfo`])
    const idToken = decode(String(body['id_token']))
    expect(idToken.claims).toMatchObject({ iss: server.issuer, sub: 'auth0|alice', aud: 'curl' })
  })

  it('the authorization server answers at the userinfo endpoint with what the scopes allow', async () => {
    const { body } = await obtainTokens(server, 'alice', { scope: 'openid email tool:greet' })
    const headers = { authorization: `Bearer ${String(body['access_token'])}` }
    const answer = readAnswer(await get(`${server.issuer}userinfo`, headers))
    expect(answer).toMatchObject({
      status: 200,
      body: { sub: 'auth0|alice', email: 'alice@example.com', email_verified: true },
    })
    expect(answer.body).not.toHaveProperty('name')
  })

  it('the authorization server answers at the userinfo endpoint to an opaque token', async () => {
    const { body } = await obtainTokens(server, 'bob', { resource: '', scope: 'openid profile' })
    const headers = { authorization: `Bearer ${String(body['access_token'])}` }
    const answer = readAnswer(await get(`${server.issuer}userinfo`, headers))
    expect(answer.body).toEqual({ sub: 'auth0|bob', name: 'Bob User', nickname: 'bob' })
  })

  it('OpenID Connect refuses a token without the scope openid at the userinfo endpoint', async () => {
    const { body } = await obtainTokens(server, 'alice')
    const headers = { authorization: `Bearer ${String(body['access_token'])}` }
    const answer = await get(`${server.issuer}userinfo`, headers)
    expect(answer.status).toBe(401)
  })
})
