import { McpServer } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import { authContextOf, onBehalfOf, Secret, type OnBehalfOfOptions } from 'mcp-on-behalf-of'
import { callTool, initialize, postMcp, rpc } from '../../helpers/mcp-requests.js'
import {
  startLibraryServer,
  type Handlers,
  type SdkLine,
} from '../../helpers/start-library-server.js'
import { callForAnswer, toolAnswer } from '../../helpers/tool-answer.js'
import { listedIn } from './open-public.js'

const TOOLS = [
  { name: 'time', requiredScopes: [], public: true },
  { name: 'me', requiredScopes: ['tool:me'] },
] as const
const HANDLERS: Handlers = {
  time: ({ authInfo, req }) => [authInfo === undefined, 'auth' in req],
  me: ({ context }) => authContextOf(context).caller.subject,
}
const PUBLIC = { access: { publicTools: ['time'] } } as const

function open(sdk: SdkLine, handlers: Handlers = HANDLERS) {
  return startLibraryServer({
    ...{ sdk, handlers, tools: TOOLS, options: PUBLIC },
    mount: (app, parts, mcp) => {
      app.use(parts.metadata)
      // Another middleware's idea of a user.
      app.use((req, _res, next) => {
        Object.assign(req, { auth: { token: 'x', clientId: 'x', scopes: ['tool:me'] } })
        next()
      })
      app.all('/mcp', parts.protect, mcp)
      app.use(parts.errors)
    },
  })
}

describe.each<SdkLine>(['SDK v1', 'SDK v2'])('public tools of a server with %s', (sdk) => {
  test('are called without a token, and get no auth info; other tools are not', async () => {
    const server = await open(sdk)
    const answer = toolAnswer(await postMcp(server.endpoint, callTool('time')))
    expect(answer).toMatchObject({ isError: false, text: '[true,false]' })
    expect((await postMcp(server.endpoint, callTool('me'))).status).toBe(401)
    expect((await postMcp(server.endpoint, [callTool('time'), callTool('me')])).status).toBe(401)
    const token = await server.mint({ scope: 'tool:me' })
    expect((await callForAnswer(server, { token, tool: 'me' })).text).toBe('"auth0|alice"')
  })

  test('that ask who is calling fail without a token', async () => {
    const asks: Handlers = { time: ({ context }) => authContextOf(context).caller.subject }
    const server = await open(sdk, asks)
    expect(toolAnswer(await postMcp(server.endpoint, callTool('time'))).isError).toBe(true)
  })
})

test('mcpRoute gives nobody without a token a session, and its factory no auth info', async () => {
  const seen: unknown[] = []
  const server = await startLibraryServer({
    ...{ tools: TOOLS, options: PUBLIC },
    route: {
      sessions: {},
      createServer: ({ authInfo }) => {
        seen.push(authInfo)
        const made = new McpServer({ name: 'library', version: '1.0.0' })
        made.registerTool('time', {}, () => ({ content: [] }))
        if (authInfo !== undefined) made.registerTool('me', {}, () => ({ content: [] }))
        return made
      },
    },
  })
  const hello = await postMcp(server.endpoint, initialize())
  expect([hello.status, hello.get('mcp-session-id')]).toEqual([200, undefined])
  expect(listedIn(await postMcp(server.endpoint, rpc('tools/list')))).toEqual(['time'])
  expect(seen).toEqual([undefined, undefined])
  const session = await server.openSession(await server.mint({ scope: 'tool:me' }))
  expect(session).toMatch(/^[\w-]{43}$/)
})

test.each<readonly [string, OnBehalfOfOptions['tools'], RegExp]>([
  ['names no tool', [], /access\.publicTools\.0: "time" is no tool of this server/],
  [
    'is not public by its definition',
    [{ name: 'time', requiredScopes: [] }],
    /write public: true into its definition/,
  ],
  [
    'needs scopes',
    [{ name: 'time', requiredScopes: ['a'], public: true }],
    /tools\.0 \("time"\)\.public: must be left out: it needs scopes/,
  ],
  [
    'calls an API',
    [{ name: 'time', requiredScopes: [], public: true, downstream: { api: 'api', scopes: [] } }],
    /"time" cannot be public: it calls an API/,
  ],
  [
    'has alternatives',
    [{ name: 'time', requiredScopes: [], public: true, alternatives: [{ server: [], api: [] }] }],
    /"time" cannot be public: it has alternatives/,
  ],
])('onBehalfOf refuses a public tool that %s', (_, tools, words) => {
  const create = () =>
    onBehalfOf({
      ...{ ...PUBLIC, tools },
      endpoint: new URL('https://mcp.example.com/mcp'),
      issuer: 'https://tenant.eu.auth0.com/',
      client: { id: 'client-id', secret: new Secret('client-secret') },
      apis: {
        api: { audience: 'https://api.example.com/', baseUrl: new URL('https://a.example') },
      },
    })
  expect(create).toThrow(TypeError)
  expect(create).toThrow(words)
})
