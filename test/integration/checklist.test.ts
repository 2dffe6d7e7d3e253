import request from 'supertest'
import { networkInterfaces } from 'node:os'
import { beforeEach, describe, expect, test } from 'vitest'
import { parseConfig, type Environment } from '../../src/config/config.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

const CONFIGURED: Environment = {
  ISSUER_BASE_URL: 'https://login.example.com/',
  AUTH0_AUDIENCE: 'https://mcp.example.com/mcp',
  MCP_SERVER_URL: 'https://mcp.example.com',
  MCP_AUTH0_CLIENT_ID: 'id',
  MCP_AUTH0_CLIENT_SECRET: 'secret',
  API_AUTH0_AUDIENCE: 'https://api.example.com/',
  API_BASE_URL: 'https://api.example.com',
}

describe('the resource-server checklist at the wire', () => {
  let server: TestServer

  beforeEach(async () => {
    server = await startMcpServer({
      environment: { MCP_BASELINE_SCOPES: 'tool:whoami offline_access' },
    })
  })

  const metadata = async (path = '/mcp'): Promise<Record<string, unknown>> => {
    const response = await request(server.origin).get(
      `/.well-known/oauth-protected-resource${path}`,
    )
    return response.body as Record<string, unknown>
  }

  test('[RS01] the metadata names the authorization server', async () => {
    expect(await metadata()).toMatchObject({ authorization_servers: [server.issuer.issuer] })
  })

  test('[RS02] [RS03] the 401 leads to the metadata and says what to ask for', async () => {
    const response = await postMcp(server.endpoint, callTool('whoami'))
    const challenge = response.get('www-authenticate') ?? ''
    const [, url = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
    expect((await request(url).get('')).body).toEqual(await metadata())
    expect(await metadata('')).toEqual(await metadata())
    expect(challenge).toContain('scope="tool:whoami')
  })

  test('[RS04] the resource identifier has no trailing slash, and the host may be in upper case', async () => {
    expect((await metadata())['resource']).toBe(`${server.origin}/mcp`)
    const { port } = server.endpoint
    expect((await postMcp(`HTTP://LOCALHOST:${port}/mcp`, callTool('whoami'))).status).toBe(401)
  })

  test('[RS05] [RS06] scopes_supported and the challenge are the baseline without offline_access', async () => {
    expect((await metadata())['scopes_supported']).toEqual(['tool:whoami'])
    const response = await postMcp(server.endpoint, callTool('whoami'))
    expect(response.get('www-authenticate')).not.toContain('offline_access')
  })

  test('[RS07] the token is looked at before the body', async () => {
    const response = await postMcp(server.endpoint, 'no JSON at all', { token: 'not.a.token' })
    expect(response.status).toBe(401)
  })

  test('[RS08] [RS36] a token that does not name this server is refused, and says what to ask for', async () => {
    const token = await server.issuer.mint('https://somebody.else/')
    const response = await postMcp(server.endpoint, callTool('whoami'), { token })
    expect(response.status).toBe(401)
    expect(response.get('www-authenticate')).toContain(`(or audience) ${server.audience}`)
  })

  test('[RS08] a trailing slash too many is named', async () => {
    const token = await server.issuer.mint(`${server.audience}/`)
    const response = await postMcp(server.endpoint, callTool('whoami'), { token })
    expect(response.status).toBe(401)
    expect(response.get('www-authenticate')).toContain('by a trailing slash')
  })

  test('[RS09] an expired token is 401 and says so', async () => {
    const token = await server.mint({ exp: 1_000 })
    const response = await postMcp(server.endpoint, callTool('whoami'), { token })
    expect(response.status).toBe(401)
    expect(response.get('www-authenticate')).toContain('has expired')
  })

  test('[RS07] an opaque token is told how a client gets one that can be read', async () => {
    const response = await postMcp(server.endpoint, callTool('whoami'), { token: 'abcdef' })
    expect(response.status).toBe(401)
    expect(response.get('www-authenticate')).toContain('compatibility profile')
  })

  test('[RS12] every request of a client needs the token, and the header is the only place for it', async () => {
    const token = await server.mint()
    expect((await postMcp(server.endpoint, callTool('whoami'), { token })).status).toBe(200)
    expect((await postMcp(server.endpoint, callTool('whoami'))).status).toBe(401)
    const inQuery = await postMcp(
      `${server.endpoint.href}?access_token=${token}`,
      callTool('whoami'),
    )
    expect(inQuery.status).toBe(400)
    const inForm = await request(server.origin)
      .post('/mcp')
      .type('form')
      .send({ access_token: token })
    expect(inForm.status).toBe(400)
  })

  test('[RS22] an unsupported protocol version of 2025 is 400', async () => {
    const token = await server.mint()
    const headers = { 'MCP-Protocol-Version': '1999-01-01' }
    const response = await postMcp(server.endpoint, rpc('tools/list'), { token, headers })
    expect(response.status).toBe(400)
  })

  test('[RS26] server/discover answers with a token, and not without', async () => {
    const message = {
      ...rpc('server/discover'),
      params: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }
    const headers = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'server/discover' }
    expect((await postMcp(server.endpoint, message, { headers })).status).toBe(401)
    const token = await server.mint()
    const answer = rpcAnswer(await postMcp(server.endpoint, message, { token, headers }))
    expect(answer['result']).toMatchObject({ supportedVersions: ['2026-07-28'] })
  })

  test('[RS30] arguments that do not fit the schema never reach the tool', async () => {
    const token = await server.mint()
    const message = callTool('greet', { name: 5 })
    const answer = rpcAnswer(await postMcp(server.endpoint, message, { token }))
    expect(answer['result']).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Invalid arguments for tool greet') as string }],
    })
  })

  test('[RS31] the structured result is the one the listed output schema describes', async () => {
    const token = await server.mint()
    const list = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token }))
    const { tools } = list['result'] as {
      tools: { name: string; outputSchema: { required: string[] } }[]
    }
    const schema = tools.find((tool) => tool.name === 'whoami')?.outputSchema
    const answer = rpcAnswer(await postMcp(server.endpoint, callTool('whoami'), { token }))
    const { structuredContent } = answer['result'] as { structuredContent: object }
    expect(Object.keys(structuredContent).sort()).toEqual(schema?.required.sort())
  })

  test('[RS37] there is no authorization server to be found here', async () => {
    for (const path of ['oauth-authorization-server', 'openid-configuration']) {
      expect((await request(server.origin).get(`/.well-known/${path}`)).status).toBe(404)
    }
    for (const path of ['/authorize', '/token', '/oauth/token', '/register']) {
      expect((await request(server.origin).get(path)).status).toBe(404)
    }
  })

  test('[RS41] a server without a HOST setting cannot be reached from another machine', async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
    const foreign = addresses.find(({ internal, family }) => !internal && family === 'IPv4')
    expect(parseConfig(CONFIGURED).listen.host).toBe('localhost')
    if (foreign === undefined) return
    const url = `http://${foreign.address}:${server.endpoint.port}/mcp`
    await expect(fetch(url, { method: 'POST' })).rejects.toThrow()
  })

  test.each(['ISSUER_BASE_URL', 'AUTH0_AUDIENCE', 'API_AUTH0_AUDIENCE', 'API_BASE_URL'])(
    '[RS45] the server refuses to start without %s',
    (key) => {
      expect(() => parseConfig({ ...CONFIGURED, [key]: '' })).toThrow(/is missing/)
    },
  )

  test.each(['ISSUER_BASE_URL', 'API_BASE_URL', 'MCP_SERVER_URL'])(
    '[RS13] [RS45] the server refuses to start with plain http in %s',
    (key) => {
      const value = 'http://somewhere.example.com'
      expect(() => parseConfig({ ...CONFIGURED, [key]: value })).toThrow(/must be https/)
    },
  )
})
