import { expect, test } from 'vitest'
import { z } from 'zod'
import { downstreamOf } from 'mcp-on-behalf-of'
import type { ApiCall } from '../../../src/observability/observer.js'
import { defineTool } from '../../../src/tools/define-tool.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startLibraryServer, type SdkLine } from '../../helpers/start-library-server.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { hangUp, startCall } from '../../helpers/wire.js'
import { deferred } from '../../unit/outcomes.js'

test.each<SdkLine>(['SDK v1', 'SDK v2'])(
  'the record of a call tells that the server of a library user, with %s, answered with isError',
  async (sdk) => {
    const server = await startLibraryServer({
      sdk,
      handlers: {
        works: () => 'a text with "isError":true in it',
        fails: () => {
          throw new Error('no')
        },
      },
      tools: ['works', 'fails'].map((name) => ({ name, requiredScopes: [] })),
    })
    const token = await server.mint()
    for (const tool of ['works', 'fails', 'unknown']) {
      await postMcp(server.endpoint, callTool(tool), { token })
    }
    await postMcp(server.endpoint, [callTool('works'), callTool('fails')], { token })
    await server.close()
    const ended = server.log.named('request_ended').map(({ fields }) => fields['outcome'])
    const outcomes = server.audit.records.map(({ tool, outcome }) => [tool, outcome])
    expect(outcomes).toEqual([
      ['works', 'answered'],
      ['fails', 'tool_error'],
      ['unknown', 'permission_denied'],
      ['works', 'answered'],
      ['fails', 'tool_error'],
    ])
    expect(ended).toEqual(['answered', 'tool_error', 'tool_error'])
  },
)

test('the record of a call of a tool that the MCP server of a library user refuses says protocol_error', async () => {
  const server = await startLibraryServer({
    ...{ sdk: 'SDK v2', handlers: {} },
    tools: [{ name: 'declared', requiredScopes: [] }],
  })
  await postMcp(server.endpoint, callTool('declared'), { token: await server.mint() })
  await server.close()
  expect(server.audit.records.map(({ outcome }) => outcome)).toEqual(['protocol_error'])
})

test('a call whose handler hangs for ever has a record when the server stops, with or without its client', async () => {
  const running: (() => void)[] = []
  const hangs = defineTool({
    name: 'hangs',
    title: 'Hangs',
    description: 'Hangs.',
    requiredScopes: [],
    inputSchema: z.object({}),
    outputSchema: z.object({}),
    toText: () => '',
    handler: () => {
      running.shift()?.()
      return new Promise<never>(() => undefined)
    },
  })
  const server = await startMcpServer({ tools: [hangs] })
  const token = await server.mint()
  const begun = [deferred(), deferred()]
  for (const each of begun) {
    running.push(() => {
      each.resolve()
    })
  }
  const left = startCall(server.endpoint, { message: callTool('hangs'), token })
  await begun[0]?.promise
  await hangUp(left)
  startCall(server.endpoint, { message: callTool('hangs'), token })
  await begun[1]?.promise
  expect(server.audit.records).toEqual([])
  await server.close()
  expect(server.audit.records.map(({ tool, outcome }) => [tool, outcome])).toEqual([
    ['hangs', 'unfinished'],
    ['hangs', 'unfinished'],
  ])
})

test.each([
  ['when its call ends', {}, { failure: 'cancelled' }],
  [
    'at its deadline where it has a signal of its own',
    { signal: new AbortController().signal },
    { failure: 'downstream_unavailable', reason: 'timed_out' },
  ],
])('a request to an API whose answer nobody reads ends %s', async (_when, request, failure) => {
  const ended = deferred<ApiCall>()
  const server = await startLibraryServer({
    sdk: 'SDK v2',
    handlers: {
      greet: async ({ context }) => (await downstreamOf(context, 'greet', request).fetch('/x')).ok,
    },
    tools: [
      { name: 'greet', requiredScopes: [], downstream: { api: 'api', scopes: ['read:private'] } },
    ],
    options: {
      apiCalls: { timeoutMs: 300 },
      observer: {
        apiCallEnded: (call) => {
          ended.resolve(call)
        },
      },
    },
  })
  server.api.responder = (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/json' }).write('{')
  }
  await postMcp(server.endpoint, callTool('greet'), { token: await server.mint() })
  expect(await ended.promise).toMatchObject({
    ...{ api: 'api', status: 200, durationMs: expect.any(Number) as number },
    ...failure,
  })
})
