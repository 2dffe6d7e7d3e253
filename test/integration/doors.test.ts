import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { callTool, openMcpDoor, postMcp, rpcAnswer, type McpDoor } from '../helpers/mcp-door.js'
import { createSigningKey, TestIssuer } from '../helpers/test-issuer.js'

const API_AUDIENCE = 'https://api.example/'

interface Door {
  readonly name: string
  readonly audience: () => string
  readonly knock: (token: string | undefined) => Promise<Response>
}

describe('both doors', () => {
  let issuer: TestIssuer
  let mcp: McpDoor
  let api: ListeningServer

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    mcp = await openMcpDoor({ issuer: issuer.issuer })
    api = await serve({
      host: '127.0.0.1',
      port: 0,
      drainMs: 50,
      handler: createDownstreamApi({ issuer: issuer.issuer, audience: API_AUDIENCE }),
    })
  })

  afterAll(async () => {
    await Promise.all([mcp.close(), api.close(), issuer.close()])
  })

  const doors: readonly Door[] = [
    {
      name: "the MCP server's",
      audience: () => mcp.audience,
      knock: (token) => postMcp(mcp.endpoint, callTool('whoami'), { token }),
    },
    {
      name: "the API's",
      audience: () => API_AUDIENCE,
      knock: (token) =>
        fetch(`http://127.0.0.1:${api.port}/api/private-scope`, {
          headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
        }),
    },
  ]

  describe.each(doors)('$name', ({ audience, knock }) => {
    const mint = (options?: Parameters<TestIssuer['mint']>[1]): Promise<string> =>
      issuer.mint(audience(), {
        ...options,
        claims: { scope: 'tool:whoami read:private', ...options?.claims },
      })

    test('lets a good token in', async () => {
      const response = await knock(await mint())
      expect(response.status).toBe(200)
    })

    test('refuses a request without token', async () => {
      const response = await knock(undefined)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /)
      expect(response.headers.get('www-authenticate')).not.toContain('error=')
    })

    test.each([
      ['for another audience', { claims: { aud: 'https://somebody.else/' } }],
      ['for another audience beside ours', { claims: { aud: ['https://somebody.else/'] } }],
      ['that has expired', { claims: { exp: Math.floor(Date.now() / 1_000) - 60 } }],
      ['of another issuer', { claims: { iss: 'https://somebody.else/' } }],
    ])('refuses a token %s', async (_, options) => {
      const response = await knock(await mint(options))
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
    })

    test('refuses a token for two audiences, ours among them', async () => {
      const response = await knock(
        await mint({ claims: { aud: [audience(), 'https://somebody.else/'] } }),
      )
      expect(response.status).toBe(401)
    })

    test('refuses a foreign signature under a known key id', async () => {
      const stranger = await createSigningKey()
      const response = await knock(
        await mint({ key: stranger, header: { kid: issuer.keys[0]?.kid } }),
      )
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
    })
  })

  test("the API refuses the MCP server's token, and the MCP server the API's", async () => {
    const [forMcp, forApi] = [await issuer.mint(mcp.audience), await issuer.mint(API_AUDIENCE)]
    expect((await postMcp(mcp.endpoint, callTool('whoami'), { token: forApi })).status).toBe(401)
    const atApi = await fetch(`http://127.0.0.1:${api.port}/api/private-scope`, {
      headers: { Authorization: `Bearer ${forMcp}` },
    })
    expect(atApi.status).toBe(401)
  })

  test('a 401 names the metadata and the baseline scopes, and both metadata addresses answer', async () => {
    const response = await postMcp(mcp.endpoint, callTool('whoami'))
    const challenge = response.headers.get('www-authenticate') ?? ''
    expect(challenge).toBe(
      `Bearer scope="tool:whoami tool:greet", resource_metadata="${mcp.origin}/.well-known/oauth-protected-resource/mcp"`,
    )
    for (const path of ['/mcp', '']) {
      const metadata = await fetch(`${mcp.origin}/.well-known/oauth-protected-resource${path}`)
      expect(await metadata.json()).toEqual({
        resource: mcp.audience,
        authorization_servers: [issuer.issuer],
        scopes_supported: ['tool:whoami', 'tool:greet'],
        bearer_methods_supported: ['header'],
      })
    }
  })

  test('a tool call without the scope is refused before the SDK, with all scopes of the operation', async () => {
    const token = await issuer.mint(mcp.audience, { claims: { scope: 'tool:whoami' } })
    const response = await postMcp(mcp.endpoint, callTool('greet'), { token })
    expect(response.status).toBe(403)
    const challenge = response.headers.get('www-authenticate') ?? ''
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="tool:greet tool:whoami"')
    expect(challenge).toContain('resource_metadata=')
  })

  test('handlers see neither the Authorization header nor the token', async () => {
    const token = await issuer.mint(mcp.audience)
    const answer = await rpcAnswer(await postMcp(mcp.endpoint, callTool('whoami'), { token }))
    expect(JSON.stringify(answer)).not.toContain(token)
    expect(mcp.log.text()).not.toContain(token)
  })
})
