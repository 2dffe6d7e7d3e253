import { trace } from '@opentelemetry/api'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { downstreamOf } from '../../../src/index.js'
import { defineTool } from '../../../src/tools/define-tool.js'
import {
  ATTRIBUTES_OF,
  SPAN_ATTRIBUTES,
  type SpanAttribute,
  type SpanName,
} from '../../../src/tracing/span-table.js'
import { callTool, postMcp, rpc } from '../../helpers/mcp-requests.js'
import { recordSpans } from '../../helpers/recorded-spans.js'
import { startLibraryServer, type Handling } from '../../helpers/start-library-server.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'

/** Calls a tool by the client of the official SDK. */
async function callAsClient(
  server: TestServer,
  token: string,
  mode: 'legacy' | { readonly pin: '2026-07-28' },
): Promise<void> {
  const transport = new StreamableHTTPClientTransport(server.endpoint, {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
  })
  const client = new Client({ name: 'traced', version: '1.0.0' }, { versionNegotiation: { mode } })
  await client.connect(transport)
  await client.callTool({ name: 'greet', arguments: {} })
  await client.close()
}

const WHOLE = [
  'SERVER POST /mcp',
  '  INTERNAL verify token',
  '  SERVER tools/call greet',
  '    INTERNAL exchange token',
  '    CLIENT GET /api/private-scope',
]

test.each([
  ['direct', 'legacy', '2025-11-25'],
  ['direct', { pin: '2026-07-28' }, '2026-07-28'],
  ['sdk', 'legacy', '2025-11-25'],
  ['sdk', { pin: '2026-07-28' }, '2026-07-28'],
] as const)(
  'a call of a client of the SDK is one trace, from the request to the API, on the mount %s and with %j',
  async (mount, mode, revision) => {
    const spans = recordSpans()
    const server = await startMcpServer({ environment: { MCP_MOUNT: mount } })
    await callAsClient(server, await server.mint({ scope: 'tool:greet' }), mode)
    const call = await spans.one('tools/call greet')
    const { traceId, spanId } = (await spans.one('GET /api/private-scope')).spanContext()
    const request = await spans.root(traceId)
    expect(spans.tree(traceId)).toEqual(WHOLE)
    expect(server.api.requests[0]?.headers['traceparent']).toBe(`00-${traceId}-${spanId}-01`)
    expect(call.attributes).toMatchObject({
      'mcp.method.name': 'tools/call',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'greet',
      'mcp.protocol.version': revision,
      'network.transport': 'tcp',
      'mcp_on_behalf_of.decision': 'allowed',
    })
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/mcp',
      'http.response.status_code': 200,
      'mcp.method.name': 'tools/call',
    })
  },
)

test('the spans of a call say where the token came from and what the API was asked and answered, without a value of the path', async () => {
  const spans = recordSpans()
  const trip = defineTool({
    name: 'trip',
    title: 'Trip',
    description: 'Reads a trip.',
    requiredScopes: [],
    downstream: { api: 'api', scopes: ['read:trips'] },
    inputSchema: z.object({ id: z.string() }),
    outputSchema: z.object({}),
    toText: () => '',
    handler: async ({ id }, { downstream }) => {
      const query = { name: 'Ada Lovelace' }
      await downstream.fetch('/trips/{tripId}', { params: { tripId: id }, query })
      return {}
    },
  })
  const server = await startMcpServer({ tools: [trip] })
  server.api.responder = (_req, res) => res.writeHead(404).end()
  const token = await server.mint()
  await postMcp(server.endpoint, callTool('trip', { id: 'of-ada' }), { token })
  await postMcp(server.endpoint, callTool('trip', { id: 'of-ada' }), { token })
  const [first, second] = await spans.several('exchange token', 2)
  expect([first?.attributes, second?.attributes]).toEqual(
    ['new', 'cached'].map((source) => ({
      'mcp_on_behalf_of.api': 'api',
      'mcp_on_behalf_of.exchange.source': source,
      'mcp_on_behalf_of.exchange.renewal': false,
    })),
  )
  // Its handler has not read the answer.
  const [asked] = await spans.several('GET /trips/{tripId}', 2)
  const { hostname, port } = new URL(server.api.origin)
  expect(asked?.attributes).toEqual({
    'http.request.method': 'GET',
    'url.template': '/trips/{tripId}',
    'server.address': hostname,
    'server.port': Number(port),
    'http.response.status_code': 404,
    'mcp_on_behalf_of.api': 'api',
    'error.type': '404',
  })
  const everything = JSON.stringify(spans.ended.map(({ name, attributes }) => [name, attributes]))
  expect(everything).not.toMatch(/of-ada|lovelace/i)
})

test.each(['SDK v1', 'SDK v2'] as const)(
  'spans that a handler in a server of %s makes are below that of its call, and the request to the API is below them',
  async (sdk) => {
    const spans = recordSpans()
    const server = await startLibraryServer({
      sdk,
      handlers: {
        greet: ({ context }) =>
          trace.getTracer('of-the-app').startActiveSpan('own work', async (own) => {
            const answer = await downstreamOf(context, 'greet').fetch('/api/private-scope')
            own.end()
            return answer.text()
          }),
      },
      tools: [
        {
          name: 'greet',
          requiredScopes: ['tool:greet'],
          downstream: { api: 'api', scopes: ['read:private'] },
        },
      ],
    })
    await postMcp(server.endpoint, callTool('greet'), { token: await server.mint() })
    const request = await spans.one('POST /mcp')
    expect(spans.tree(request.spanContext().traceId)).toEqual([
      'SERVER POST /mcp',
      '  INTERNAL verify token',
      '  SERVER tools/call greet',
      '    INTERNAL exchange token',
      '    INTERNAL own work',
      '      CLIENT GET /api/private-scope',
    ])
  },
)

test('each of several calls in a batch has a span of its own, with the spans of its handler below it', async () => {
  const spans = recordSpans()
  const works = (name: string) =>
    defineTool({
      name,
      title: name,
      description: name,
      requiredScopes: [],
      inputSchema: z.object({}),
      outputSchema: z.object({}),
      toText: () => '',
      handler: async () => {
        await Promise.resolve()
        trace.getTracer('of-the-app').startSpan(`in ${name}`).end()
        return {}
      },
    })
  const server = await startMcpServer({ tools: [works('one'), works('two')] })
  const token = await server.mint()
  await postMcp(server.endpoint, [callTool('one'), callTool('two')], { token })
  const request = await spans.one('POST /mcp')
  expect(spans.tree(request.spanContext().traceId)).toEqual([
    'SERVER POST /mcp',
    '  INTERNAL verify token',
    '  SERVER tools/call one',
    '    INTERNAL in one',
    '  SERVER tools/call two',
    '    INTERNAL in two',
  ])
})

test('the request to the API is below the span of its own call, also where a batch has several and its server knows of no spans', async () => {
  const spans = recordSpans()
  const names = ['one', 'two']
  const server = await startLibraryServer({
    sdk: 'SDK v2',
    handlers: Object.fromEntries(
      names.map((name) => [
        name,
        async ({ context }: Handling) =>
          (await downstreamOf(context, name).fetch('/api/private-scope')).text(),
      ]),
    ),
    tools: names.map((name) => ({
      name,
      requiredScopes: [],
      downstream: { api: 'api', scopes: [`read:${name}`] },
    })),
  })
  await postMcp(
    server.endpoint,
    names.map((name) => callTool(name)),
    {
      token: await server.mint(),
    },
  )
  const request = await spans.one('POST /mcp')
  expect(spans.tree(request.spanContext().traceId)).toEqual([
    'SERVER POST /mcp',
    '  INTERNAL verify token',
    ...names.flatMap((name) => [
      `  SERVER tools/call ${name}`,
      '    INTERNAL exchange token',
      '    CLIENT GET /api/private-scope',
    ]),
  ])
})

test('a request that calls no tool has the span of its method, and no name that a client has made up', async () => {
  const spans = recordSpans()
  const server = await startMcpServer()
  const token = await server.mint()
  await postMcp(server.endpoint, rpc('tools/list'), { token })
  await postMcp(server.endpoint, rpc('made/up'), { token })
  await postMcp(server.endpoint, callTool('made-up'), { token })
  const requests = await spans.several('POST /mcp', 3)
  const methods = requests.map(({ attributes }) => attributes['mcp.method.name'])
  expect(methods).toEqual(['tools/list', undefined, 'tools/call'])
  const call = await spans.one('tools/call')
  expect(call.attributes).not.toHaveProperty('gen_ai.tool.name')
  expect(JSON.stringify(spans.ended.map(({ name, attributes }) => [name, attributes]))).not.toMatch(
    /made.up/,
  )
})

test('the documentation has every attribute of every span, and no other', async () => {
  const spans = recordSpans()
  let isBroken = false
  const server = await startMcpServer({
    policy: () => {
      if (isBroken) throw new Error('broken')
      return { decision: 'allow' }
    },
  })
  const token = await server.mint({ scope: 'tool:greet' })
  const headers = { 'MCP-Protocol-Version': '2025-11-25' }
  await postMcp(server.endpoint, callTool('greet'), { token, headers })
  await server.api.close()
  await postMcp(server.endpoint, callTool('greet'), { token, headers })
  server.issuer.tokenResponder = (_request, res) => {
    res.writeHead(400, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify({ error: 'invalid_grant' }))
  }
  const other = await server.mint({ scope: 'tool:greet', sub: 'auth0|other' })
  await postMcp(server.endpoint, callTool('greet'), { token: other, headers })
  await postMcp(server.endpoint, callTool('greet'), { token: `${other}x`, headers })
  isBroken = true
  await postMcp(server.endpoint, callTool('greet'), { token, headers })
  await spans.several('POST /mcp', 5)
  const found = (name: string): readonly string[] =>
    [...new Set(spans.named(name).flatMap(({ attributes }) => Object.keys(attributes)))].sort()
  const documented: readonly (readonly [string, SpanName])[] = [
    ['POST /mcp', '{method} {route}'],
    ['verify token', 'verify token'],
    ['tools/call greet', 'tools/call {tool}'],
    ['decide by policy', 'decide by policy'],
    ['exchange token', 'exchange token'],
    ['GET /api/private-scope', '{method} {template}'],
  ]
  for (const [name, entry] of documented) {
    expect([name, found(name)]).toEqual([name, [...ATTRIBUTES_OF[entry]].sort()])
  }
  const used = new Set<SpanAttribute>(Object.values(ATTRIBUTES_OF).flat())
  expect([...used].sort()).toEqual(Object.keys(SPAN_ATTRIBUTES).sort())
})
