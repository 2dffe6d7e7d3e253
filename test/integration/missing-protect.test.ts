import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { McpServer } from '@modelcontextprotocol/server'
import type { RequestHandler } from 'express'
import { authContextOf, downstreamOf, type HandlerContext } from 'mcp-on-behalf-of'
import { describe, expect, test } from 'vitest'
import { callTool, postMcp, rpcAnswer } from '../helpers/mcp-requests.js'
import { processWarnings } from '../helpers/process-warnings.js'
import { startLibraryServer, type Handling } from '../helpers/start-library-server.js'

const TEXT = { content: [{ type: 'text' as const, text: 'done' }] }
const TOOLS = [
  { name: 'greet', requiredScopes: [], downstream: { api: 'api', scopes: ['read:private'] } },
]
const WIRING = 'MCP_ON_BEHALF_OF_WIRING'

/** A server whose endpoint has no `protect` in front, and how its tool answers a call. */
async function unprotected(handle: (context: HandlerContext) => unknown): Promise<unknown[]> {
  const createServer = (): McpServer => {
    const server = new McpServer({ name: 'unprotected', version: '1.0.0' })
    server.registerTool('greet', {}, (context) => (handle(context), TEXT))
    return server
  }
  const v1: RequestHandler = async (req, res) => {
    const server = new McpServerV1({ name: 'unprotected', version: '1.0.0' })
    server.registerTool('greet', {}, (extra) => (handle(extra), TEXT))
    const transport = new StreamableHTTPServerTransport()
    await server.connect(transport)
    await transport.handleRequest(req as never, res)
  }
  const server = await startLibraryServer({
    route: { createServer },
    tools: TOOLS,
    mount: (app, { metadata, errors }, v2) => {
      app.use(metadata)
      app.all('/mcp', v2)
      app.all('/v1', v1)
      app.use(errors)
    },
  })
  const answers: unknown[] = []
  for (const path of ['/mcp', '/v1', '/mcp']) {
    const response = await postMcp(new URL(path, server.endpoint), callTool('greet'))
    answers.push(rpcAnswer(response)['result'])
  }
  expect(server.log.lines).toEqual([])
  return answers
}

/** Calls a tool behind `protect` whose handler is wrong. */
async function wrongHandler(
  handle: (handling: Handling) => unknown,
  options: { readonly log?: undefined } = {},
): Promise<void> {
  const server = await startLibraryServer({
    sdk: 'SDK v2',
    tools: TOOLS,
    options,
    handlers: { greet: (handling) => void handle(handling) },
  })
  const token = await server.mint({ scope: 'tool:greet' })
  const response = await postMcp(server.endpoint, callTool('greet'), { token })
  expect(rpcAnswer(response)['result']).toMatchObject({ isError: true })
}

describe('a mistake that no logger can be told about is a warning of the process', () => {
  test('without protect, downstreamOf says so in one warning of the process, for both SDKs and all requests', async () => {
    const warnings = processWarnings()
    const answers = await unprotected((context) => downstreamOf(context, 'greet'))
    for (const answer of answers) {
      expect(answer).toMatchObject({
        isError: true,
        content: [{ text: 'This server is not set up correctly.' }],
      })
    }
    expect(warnings).toEqual([
      {
        code: WIRING,
        message:
          'mcp-on-behalf-of: the context has no authInfo: the request was not verified. To correct it, mount protect in front of the endpoint, and hand authenticatedRequest(req) to the SDK.',
      },
    ])
  })

  test('without protect, authContextOf says so in one warning of the process', async () => {
    const warnings = processWarnings()
    await unprotected((context) => authContextOf(context))
    expect(warnings).toMatchObject([{ code: WIRING }])
    expect(warnings[0]?.message).toMatch(/authContextOf\(\) found no verified user\. .*protect/)
  })

  test('a part of the context, or a copy of its authInfo, is told by a warning of the process, each once', async () => {
    const warnings = processWarnings()
    for (let times = 0; times < 2; times += 1) {
      await wrongHandler(({ authInfo }) => downstreamOf(authInfo as never, 'greet'))
      await wrongHandler(({ authInfo }) => {
        const { signal } = new AbortController()
        const copy = authInfo && { ...authInfo }
        downstreamOf({ http: { authInfo: copy }, mcpReq: { signal } }, 'greet')
      })
    }
    expect(warnings.map(({ code }) => code)).toEqual([WIRING, WIRING])
    expect(warnings[0]?.message).toContain("was not given the SDK's context")
    expect(warnings[1]?.message).toContain('not a copy')
  })

  test('where onBehalfOf has no log, downstreamOf for a tool that does not run is told by a warning of the process, without the name', async () => {
    const warnings = processWarnings()
    const wrong = ({ context }: Handling) => downstreamOf(context, 'hunter2')
    await wrongHandler(wrong)
    expect(warnings).toEqual([])
    await wrongHandler(wrong, { log: undefined })
    expect(warnings).toMatchObject([{ code: WIRING }])
    expect(warnings[0]?.message).toContain('pass log to onBehalfOf')
    expect(warnings[0]?.message).not.toContain('hunter2')
  })
})

test.each(['SDK v2', 'SDK v1'] as const)(
  'authContextOf takes the context of %s whole, or its authInfo, and gives the verified caller',
  async (sdk) => {
    const subjects: string[] = []
    const server = await startLibraryServer({
      sdk,
      tools: [{ name: 'me', requiredScopes: [] }],
      handlers: {
        me: ({ context, authInfo }) => {
          subjects.push(authContextOf(context).caller.subject)
          subjects.push(authContextOf(authInfo).caller.subject)
        },
      },
    })
    const token = await server.mint({ sub: 'auth0|alice' })
    await postMcp(server.endpoint, callTool('me'), { token })
    expect(subjects).toEqual(['auth0|alice', 'auth0|alice'])
  },
)
