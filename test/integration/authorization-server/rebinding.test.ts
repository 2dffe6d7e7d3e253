import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDownstreamApi } from '../../../apps/downstream-api/downstream-api.js'
import { serve, type ListeningServer } from '../../../src/server/serve.js'
import { sendRaw } from '../../attacks/raw-socket.js'
import { sendLines } from '../../helpers/wire.js'
import { postJson, startAuthorizationServer, type RunningServer } from './support.js'

const JSON_TYPE = ['Content-Type', 'application/json'] as const

describe('the companion programs, to a page that made its own name mean this machine', () => {
  let server: RunningServer
  let api: ListeningServer

  beforeAll(async () => {
    server = await startAuthorizationServer()
    api = await serve({
      ...{ host: '127.0.0.1', port: 0 },
      handler: createDownstreamApi({ issuer: server.issuer, audience: 'https://api.example/' }),
    })
  })

  afterAll(async () => {
    await Promise.all([server.close(), api.close()])
  })

  const at = async (url: string, host: string, path: string, method = 'GET') => {
    const bytes = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', '', ''].join(
      '\r\n',
    )
    return (await sendRaw(new URL(url), bytes)).status
  }

  test.each([
    '/.well-known/openid-configuration',
    '/authorize?client_id=x',
    '/oauth/token',
    '/oidc/register',
    '/',
  ])(
    '[S14] the authorization server is closed at %s, by either form of the target',
    async (path) => {
      const { port } = new URL(server.issuer)
      for (const host of [`evil.example:${port}`, 'evil.example', 'localhost.evil.example', '']) {
        expect(await at(server.issuer, host, path)).toBe(403)
      }
      const whole = `http://evil.example:${port}${path}`
      expect(await at(server.issuer, `evil.example:${port}`, whole)).toBe(403)
      expect(await at(server.issuer, `127.0.0.1:${port}`, whole)).toBe(403)
    },
  )

  test('[S14] the authorization server is open under every name of this machine', async () => {
    const { port } = new URL(server.issuer)
    const path = '/.well-known/openid-configuration'
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect(await at(server.issuer, host, path)).toBe(200)
    }
    expect(await at(server.issuer, `localhost:${port}`, `http://localhost:${port}${path}`)).toBe(
      200,
    )
  })

  test('[S14] the API is closed to it, and open under the name of its identifier', async () => {
    const url = `http://127.0.0.1:${api.port}`
    const path = '/api/private-scope'
    expect(await at(url, 'evil.example', path)).toBe(403)
    expect(await at(url, `localhost:${api.port}`, path)).toBe(401)
    expect(await at(url, 'api.example', path)).toBe(401)
  })

  test.each([
    'http://localhost@evil.example/cb',
    'http://evil.example@localhost/cb',
    'http://user:secret@localhost:3334/cb',
    'https://@client.example/cb',
    'app://user@client/cb',
    'https://*/cb',
    'https://*.example.com/cb',
    "https://client.example;script-src'/cb",
    'https://a,b/cb',
  ])('[S14] the redirect URI %s does not register', async (uri) => {
    const { status, body } = await postJson(`${server.issuer}oidc/register`, {
      redirect_uris: [uri],
      token_endpoint_auth_method: 'none',
    })
    expect([status, String(body['error'])]).toEqual([
      400,
      expect.stringMatching(/^invalid_(?:client_metadata|redirect_uri)$/),
    ])
  })

  test.each([
    'http://localhost:3334/cb',
    'http://[::1]:3334/cb',
    'https://client.example/cb?x=1@2',
    'com.example.app://cb',
  ])('[S14] the redirect URI %s registers', async (uri) => {
    const answer = await sendLines(`${server.issuer}oidc/register`, {
      headers: [JSON_TYPE],
      body: JSON.stringify({ redirect_uris: [uri], token_endpoint_auth_method: 'none' }),
    })
    expect(answer.status).toBe(201)
  })
})
