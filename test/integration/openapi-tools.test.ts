import { McpServer } from '@modelcontextprotocol/server'
import { registerOpenApiTools, toolsFromOpenApi } from 'mcp-on-behalf-of/openapi'
import { describe, expect, test } from 'vitest'
import { claimsOf } from '../helpers/exchange-answers.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../helpers/mcp-requests.js'
import { startLibraryServer } from '../helpers/start-library-server.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Trips', version: '1' },
  servers: [{ url: 'https://elsewhere.example' }],
  components: {
    securitySchemes: { oauth: { type: 'oauth2', flows: {} } },
  },
  security: [{ oauth: ['read'] }],
  paths: {
    '/trips': {
      get: { operationId: 'get_trips', parameters: [{ name: 'q', in: 'query', schema: {} }] },
      post: { operationId: 'create_trip', security: [{ oauth: ['write'] }] },
    },
    '/stations': { get: { operationId: 'get_stations', security: [] } },
  },
}

const { tools } = toolsFromOpenApi(DOCUMENT, { api: 'api', name: 'trips.json' })

async function openLibrary(): Promise<TestServer> {
  const createServer = () => {
    const server = new McpServer({ name: 'trips', version: '1.0.0' })
    registerOpenApiTools(server, tools)
    return server
  }
  return startLibraryServer({ tools, route: { createServer } })
}

const openStandalone = (): Promise<TestServer> =>
  startMcpServer({ tools, environment: { LOCKED_TOOLS: 'hide' } })

const SERVERS: readonly (readonly [string, () => Promise<TestServer>])[] = [
  ['an SDK server of its own', openLibrary],
  ['the standalone server', openStandalone],
]

describe.each(SERVERS)('generated tools of %s', (_title, open) => {
  test('call the API as the user, with the scopes of their operation alone', async () => {
    const server = await open()
    const token = await server.mint({ scope: 'read write' })
    const answer = await postMcp(server.endpoint, callTool('get_trips', { q: 'a&b' }), { token })
    expect(JSON.stringify(rpcAnswer(answer))).toContain('Hello from the protected API')
    const [sent] = server.api.requests
    expect(sent?.url).toBe('/trips?q=a%26b')
    const bearer = sent?.headers.authorization?.replace(/^Bearer /, '') ?? ''
    expect(claimsOf(bearer)).toMatchObject({ scope: 'read' })
  })

  test('are stepped up to by 403 before anything is asked of the authorization server or the API', async () => {
    const server = await open()
    const token = await server.mint({ scope: 'read' })
    const answer = await postMcp(server.endpoint, callTool('create_trip'), { token })
    expect(answer.status).toBe(403)
    expect(answer.get('www-authenticate')).toContain('scope="write read"')
    expect(server.api.requests).toEqual([])
  })

  test('answer wrong arguments with a tool error that names them, and call nothing', async () => {
    const server = await open()
    const token = await server.mint({ scope: 'read' })
    const answer = await postMcp(server.endpoint, callTool('get_trips', { p: 1 }), { token })
    const text = JSON.stringify(rpcAnswer(answer))
    expect(text).toContain('p: is no argument of this tool')
    expect(text).toContain('"isError":true')
    expect(server.api.requests).toEqual([])
  })

  test('answer a refusal of the API in our words', async () => {
    const server = await open()
    server.api.responder = (_req, res) => {
      res.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"SECRET WORDS"}')
    }
    const token = await server.mint({ scope: 'read' })
    const answer = await postMcp(server.endpoint, callTool('get_trips'), { token })
    expect(answer.text).toContain('The API knows nothing by that name (HTTP 404)')
    expect(answer.text).not.toContain('SECRET WORDS')
  })
})

describe('the listing of generated tools', () => {
  test.each([
    ['', 'get_stations'],
    ['read', 'get_stations get_trips'],
    ['read write', 'create_trip get_stations get_trips'],
  ])(
    '[openapi 30] has what a token with the scopes "%s" may call, always in the same order',
    async (scope, expected) => {
      const server = await openStandalone()
      const token = await server.mint({ scope: `${scope} other`.trim() })
      for (const headers of [{}, { 'MCP-Protocol-Version': '2025-11-25' }]) {
        const answer = await postMcp(server.endpoint, rpc('tools/list'), { token, headers })
        const { result } = rpcAnswer(answer) as { result: { tools: { name: string }[] } }
        expect(result.tools.map(({ name }) => name).join(' ')).toBe(expected)
      }
    },
  )
})
