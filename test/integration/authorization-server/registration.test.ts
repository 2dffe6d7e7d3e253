import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '../../../apps/development/sign-in.js'
import {
  type RunningServer,
  authorizationRequest,
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

describe('dynamic registration', () => {
  it('dynamic registration gives a public client an id and no secret', async () => {
    const { status, body } = await postJson(`${server.issuer}oidc/register`, {
      client_name: 'MCP client',
      redirect_uris: ['http://localhost:33418/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      software_id: 'some-software',
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      client_name: 'MCP client',
      redirect_uris: ['http://localhost:33418/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      software_id: 'some-software',
    })
    expect(body['client_id']).toMatch(/^tpc_/)
    expect(body).not.toHaveProperty('client_secret')
    expect(body).not.toHaveProperty('registration_access_token')
  })

  it.each([undefined, 'client_secret_post', 'client_secret_basic'])(
    'dynamic registration gives a confidential client (%s) a secret that works both ways',
    async (method) => {
      const redirectUri = 'http://127.0.0.1:3334/oauth/callback'
      const { body } = await postJson(`${server.issuer}oidc/register`, {
        redirect_uris: [redirectUri],
        ...(method !== undefined && { token_endpoint_auth_method: method }),
      })
      const { client_id: clientId, client_secret: secret } = body
      expect(body).toMatchObject({ client_secret_expires_at: 0 })
      for (const way of ['basic', 'post']) {
        const { url, verifier } = authorizationRequest(server, {
          client_id: String(clientId),
          redirect_uri: redirectUri,
        })
        const callback = await signIn({ authorizationUrl: url, username: 'alice' })
        const form = {
          grant_type: 'authorization_code',
          redirect_uri: redirectUri,
          code: callback.searchParams.get('code') ?? '',
          code_verifier: verifier,
        }
        const credentials = `${String(clientId)}:${String(secret)}`
        const answer =
          way === 'basic'
            ? await postToken(server, form, { authorization: `Basic ${btoa(credentials)}` })
            : await postToken(server, {
                ...form,
                client_id: String(clientId),
                client_secret: String(secret),
              })
        expect(answer.status).toBe(200)
      }
    },
  )

  it('dynamic registration takes scopes, unknown grants and empty members in its stride', async () => {
    const { status, body } = await postJson(`${server.issuer}oidc/register`, {
      redirect_uris: ['http://localhost:1/callback'],
      token_endpoint_auth_method: 'none',
      scope: 'tool:whoami tool:greet something:else',
      grant_types: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      client_uri: '',
      logo_uri: null,
    })
    expect(status).toBe(201)
    expect(body['grant_types']).toEqual(['authorization_code', 'refresh_token'])
    expect(body).not.toHaveProperty('scope')
  })

  it('dynamic registration does not hand out the token-exchange grant or first-party trust on request', async () => {
    const { status, body } = await postJson(`${server.issuer}oidc/register`, {
      redirect_uris: ['http://localhost:1/callback'],
      grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'],
      is_first_party: true,
      app_type: 'resource_server',
      client_id: 'mcp-server',
    })
    expect(status).toBe(201)
    expect(body['grant_types']).toEqual(['authorization_code'])
    expect(body['client_id']).toMatch(/^tpc_/)
    expect(body).not.toHaveProperty('is_first_party')
    expect(body).not.toHaveProperty('app_type')
  })

  it.each([
    ['http://localhost:1234/callback', 'http://localhost:4321/callback'],
    ['http://127.0.0.1:1234/oauth/callback', 'http://127.0.0.1:9/oauth/callback'],
    ['http://127.0.0.1/', 'http://127.0.0.1:33418/'],
    ['http://[::1]:1234/callback', 'http://[::1]:4321/callback'],
  ])(
    'dynamic registration calls back a client of %s on another port, %s',
    async (registered, used) => {
      const clientId = await registerClient(server, { redirect_uris: [registered] })
      const { body } = await obtainTokens(server, 'alice', {
        client_id: clientId,
        redirect_uri: used,
      })
      expect(body).toHaveProperty('access_token')
    },
  )

  it('dynamic registration calls back an app by its own scheme', async () => {
    const redirectUri = 'cursor://anysphere.cursor-retrieval/oauth/callback'
    const clientId = await registerClient(server, { redirect_uris: [redirectUri] })
    const params = { client_id: clientId, redirect_uri: redirectUri }
    expect((await obtainTokens(server, 'alice', params)).status).toBe(200)
  })

  it('dynamic registration accepts loopback callbacks beside a web page, on any port', async () => {
    const clientId = await registerClient(server, {
      redirect_uris: ['https://vscode.dev/redirect', 'http://127.0.0.1/'],
      application_type: 'web',
    })
    const params = { client_id: clientId, redirect_uri: 'http://127.0.0.1:33418/' }
    expect((await obtainTokens(server, 'alice', params)).status).toBe(200)
  })

  it.each([
    ['no redirect URI', {}],
    ['a redirect URI that is none', { redirect_uris: ['nonsense'] }],
    ['a redirect URI that runs code', { redirect_uris: ['javascript:alert(1)'] }],
    ['a fragment', { redirect_uris: ['https://client.example/callback#fragment'] }],
    [
      'an unknown authentication',
      { redirect_uris: ['https://a.example/'], token_endpoint_auth_method: 'x' },
    ],
  ])('dynamic registration refuses %s', async (_what, metadata) => {
    const { status, body } = await postJson(`${server.issuer}oidc/register`, metadata)
    expect(status).toBe(400)
    expect(['invalid_redirect_uri', 'invalid_client_metadata']).toContain(body['error'])
  })

  it('dynamic registration never calls back where the client did not say', async () => {
    const clientId = await registerClient(server)
    const { url } = authorizationRequest(server, {
      client_id: clientId,
      redirect_uri: 'http://127.0.0.1:1/elsewhere',
    })
    await expect(signIn({ authorizationUrl: url, username: 'alice' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('invalid_redirect_uri') as string,
    })
  })
})
