import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { callTool, postMcp, rpcAnswer, type TestResponse } from '../helpers/mcp-requests.js'
import { API_AUDIENCE } from '../helpers/exchange-answers.js'
import { startHttpServer, type HttpServer } from '../helpers/start-http-server.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import type { TestIssuer } from '../helpers/test-issuer.js'
import { createSigningKey } from '../helpers/test-issuer.js'

interface ResourceServer {
  readonly name: string
  readonly audience: () => string
  readonly send: (token: string | undefined) => Promise<TestResponse>
}

describe('the two resource servers', () => {
  let server: TestServer
  let api: HttpServer

  beforeAll(async () => {
    server = await startMcpServer()
    api = await startHttpServer(
      createDownstreamApi({ issuer: server.issuer.issuer, audience: API_AUDIENCE }),
    )
  })

  afterAll(async () => {
    await Promise.all([server.close(), api.close()])
  })

  const resourceServers: readonly ResourceServer[] = [
    {
      name: 'the MCP server',
      audience: () => server.audience,
      send: (token) => postMcp(server.endpoint, callTool('whoami'), { token }),
    },
    {
      name: 'the API',
      audience: () => API_AUDIENCE,
      send: async (token) =>
        request(api.origin)
          .get('/api/private-scope')
          .set(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
  ]

  describe.each(resourceServers)('$name', ({ audience, send }) => {
    const mint = (options?: Parameters<TestIssuer['mint']>[1]): Promise<string> =>
      server.issuer.mint(audience(), {
        ...options,
        claims: { scope: 'tool:whoami read:private', ...options?.claims },
      })

    test('each resource server lets a good token in', async () => {
      const response = await send(await mint())
      expect(response.status).toBe(200)
    })

    test('each resource server refuses a request without token', async () => {
      const response = await send(undefined)
      expect(response.status).toBe(401)
      expect(response.get('www-authenticate')).toMatch(/^Bearer /)
      expect(response.get('www-authenticate')).not.toContain('error=')
    })

    test.each([
      ['for another audience', { claims: { aud: 'https://somebody.else/' } }],
      ['for another audience beside ours', { claims: { aud: ['https://somebody.else/'] } }],
      ['that has expired', { claims: { exp: Math.floor(Date.now() / 1_000) - 60 } }],
      ['of another issuer', { claims: { iss: 'https://somebody.else/' } }],
    ])('each resource server refuses a token %s', async (_, options) => {
      const response = await send(await mint(options))
      expect(response.status).toBe(401)
      expect(response.get('www-authenticate')).toContain('error="invalid_token"')
    })

    test('each resource server refuses a token for two audiences, ours among them', async () => {
      const response = await send(
        await mint({ claims: { aud: [audience(), 'https://somebody.else/'] } }),
      )
      expect(response.status).toBe(401)
    })

    test('each resource server refuses a foreign signature under a known key id', async () => {
      const stranger = await createSigningKey()
      const response = await send(
        await mint({ key: stranger, header: { kid: server.issuer.keys[0]?.kid } }),
      )
      expect(response.status).toBe(401)
      expect(response.get('www-authenticate')).toContain('error="invalid_token"')
    })
  })

  test("the API refuses the MCP server's token, and the MCP server the API's", async () => {
    const [forMcp, forApi] = [await server.mint(), await server.issuer.mint(API_AUDIENCE)]
    expect((await postMcp(server.endpoint, callTool('whoami'), { token: forApi })).status).toBe(401)
    const atApi = await request(api.origin)
      .get('/api/private-scope')
      .set('Authorization', `Bearer ${forMcp}`)
    expect(atApi.status).toBe(401)
  })

  test('a 401 names the metadata and the baseline scopes, and both metadata addresses answer', async () => {
    const response = await postMcp(server.endpoint, callTool('whoami'))
    const challenge = response.get('www-authenticate') ?? ''
    expect(challenge).toBe(
      `Bearer scope="tool:whoami tool:greet", resource_metadata="${server.origin}/.well-known/oauth-protected-resource/mcp"`,
    )
    for (const path of ['/mcp', '']) {
      const metadata = await request(server.origin).get(
        `/.well-known/oauth-protected-resource${path}`,
      )
      expect(metadata.body).toEqual({
        resource: server.audience,
        authorization_servers: [server.issuer.issuer],
        scopes_supported: ['tool:whoami', 'tool:greet'],
        bearer_methods_supported: ['header'],
      })
    }
  })

  test('a tool call without the scope is refused before the SDK, with all scopes of the operation', async () => {
    const token = await server.mint({ scope: 'tool:whoami' })
    const response = await postMcp(server.endpoint, callTool('greet'), { token })
    expect(response.status).toBe(403)
    const challenge = response.get('www-authenticate') ?? ''
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="tool:greet tool:whoami"')
    expect(challenge).toContain('resource_metadata=')
  })

  test('handlers see neither the Authorization header nor the token', async () => {
    const token = await server.mint()
    const answer = rpcAnswer(await postMcp(server.endpoint, callTool('whoami'), { token }))
    expect(JSON.stringify(answer)).not.toContain(token)
    expect(server.log.text()).not.toContain(token)
  })
})
