import { once } from 'node:events'
import { McpServer, requireScopes, type McpServerFactory } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { McpRouteOptions } from '../../routes/mcp.js'
import { DEFAULT_MOUNT } from '../../src/mcp/mount.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../helpers/mcp-requests.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { startLibraryServer } from '../helpers/start-library-server.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { modern, readUntilText, responseOf, sendLines, startCall } from '../helpers/wire.js'
import { deferred, type Deferred } from '../unit/outcomes.js'

const MOUNTS = ['direct', 'sdk'] as const
const TOOLS = ['request', 'challenged', 'asks', 'waits'].map((name) => ({
  name,
  requiredScopes: [],
}))

/** What the tools of these tests have done. */
interface Observed {
  readonly begun: Deferred<AbortSignal>
  readonly go: Deferred<void>
}

function serverFactory(observed: Observed): McpServerFactory {
  return ({ requestInfo }) => {
    if (requestInfo?.headers.get('x-fail') === 'yes') throw new Error('the factory failed')
    const mcp = new McpServer({ name: 'mounts', version: '1.0.0' })
    const inputSchema = z.object({ a: z.string().optional() })
    const text = (value: unknown) => ({
      content: [{ type: 'text' as const, text: JSON.stringify(value) }],
    })
    mcp.registerTool('request', { inputSchema }, async (_input, { http }) => {
      const seen = http?.req?.headers
      const body = (await http?.req?.json()) as { method?: string }
      return text({
        method: body.method,
        probe: seen?.get('x-probe'),
        auth: seen?.get('authorization'),
      })
    })
    mcp.registerTool('challenged', { inputSchema, scopeChallenge: requireScopes('more') }, () =>
      text('never'),
    )
    mcp.registerTool('asks', { inputSchema }, async (_input, { mcpReq }) =>
      text(await mcpReq.send({ method: 'ping' })),
    )
    mcp.registerTool('waits', { inputSchema }, async (_input, { mcpReq }) => {
      observed.begun.resolve(mcpReq.signal)
      await observed.go.promise
      return text('late')
    })
    return mcp
  }
}

async function startOn(
  mount: McpRouteOptions['mount'],
  more: Partial<McpRouteOptions> = {},
): Promise<TestServer & { readonly observed: Observed }> {
  const observed = { begun: deferred<AbortSignal>(), go: deferred() }
  const route = { createServer: serverFactory(observed), mount, ...more }
  return { ...(await startLibraryServer({ route, tools: TOOLS })), observed }
}

describe.each(MOUNTS)('on the %s mount', (mount) => {
  test('a handler sees the headers of its request but for the token, and its body', async () => {
    const server = await startOn(mount)
    const token = await server.mint()
    const headers = { 'X-Probe': 'seen' }
    const response = await postMcp(server.endpoint, callTool('request'), { token, headers })
    expect(JSON.stringify(rpcAnswer(response))).toContain(
      '{\\"method\\":\\"tools/call\\",\\"probe\\":\\"seen\\",\\"auth\\":null}',
    )
    await server.close()
  })

  test("a tool's own scope challenge of the SDK is answered in front of the tool", async () => {
    const server = await startOn(mount)
    const token = await server.mint()
    const response = await postMcp(server.endpoint, callTool('challenged'), { token })
    expect(response.status).toBe(403)
    expect(response.get('www-authenticate')).toContain('scope="more"')
    await server.close()
  })

  test('a server that cannot be created is an internal error that says nothing of it', async () => {
    const log = new RecordingLog()
    const server = await startOn(mount, { log })
    const token = await server.mint()
    const headers = { 'X-Fail': 'yes' }
    const response = await postMcp(server.endpoint, rpc('tools/list'), { token, headers })
    expect(response.status).toBe(500)
    expect(rpcAnswer(response)).toMatchObject({
      error: { code: -32603, message: 'Internal server error' },
    })
    expect(log.named('mcp_error')).toHaveLength(1)
    await server.close()
  })

  test('a client that takes JSON alone gets an error from a server that has to ask it something', async () => {
    const server = await startOn(mount)
    const token = await server.mint()
    const headers = { Accept: 'application/json' }
    const response = await postMcp(server.endpoint, callTool('asks'), { token, headers })
    expect(response.type).toBe('application/json')
    expect(rpcAnswer(response)).toMatchObject({ error: { code: -32_000 } })
    await server.close()
  })

  test('a client that goes away cancels its call', async () => {
    const server = await startOn(mount)
    const token = await server.mint()
    const call = startCall(server.endpoint, { message: callTool('waits'), token })
    const signal = await server.observed.begun.promise
    const aborted = signal.aborted ? Promise.resolve() : once(signal, 'abort')
    call.destroy()
    await aborted
    server.observed.go.resolve()
    await server.close()
  })
})

describe('the direct mount', () => {
  test('the direct mount sends a line to a client that has waited for 15 seconds, before the answer', async () => {
    const due: { readonly delayMs: number; readonly run: () => void }[] = []
    const timers = {
      after(delayMs: number, run: () => void) {
        due.push({ delayMs, run })
        return { cancel: () => undefined }
      },
    }
    const server = await startOn('direct', { timers })
    const token = await server.mint()
    const call = startCall(server.endpoint, { message: callTool('waits'), token })
    await server.observed.begun.promise
    expect(due.map(({ delayMs }) => delayMs)).toEqual([15_000])
    due[0]?.run()
    const response = await responseOf(call)
    expect(response.headers['content-type']).toBe('text/event-stream')
    expect(await readUntilText(response, '\n\n')).toBe(': keepalive\n\n')
    server.observed.go.resolve()
    expect(await readUntilText(response, '"result"')).toContain('late')
    await once(response.resume(), 'end')
    await server.close()
  })

  test('a mount that nobody chose is the direct one, but for tests that choose another for all', () => {
    expect(DEFAULT_MOUNT).toBe(process.env['TEST_MOUNT'] ?? 'direct')
  })
})

describe('the standalone server answers alike on both mounts', () => {
  let servers: readonly TestServer[]

  beforeAll(async () => {
    servers = await Promise.all(
      MOUNTS.map((MCP_MOUNT) => startMcpServer({ environment: { MCP_MOUNT } })),
    )
  })

  afterAll(() => Promise.all(servers.map((server) => server.close())))

  const call = (name: string, args: unknown): object => ({
    jsonrpc: '2.0',
    id: 'a',
    method: 'tools/call',
    params: { name, arguments: args },
  })
  const MESSAGES: Readonly<Record<string, { message: object; headers?: Record<string, string> }>> =
    {
      'a call of 2025': { message: call('whoami', {}) },
      'a call of 2025 that calls the API': { message: call('greet', { name: 'Ann' }) },
      'the list of 2025': { message: { jsonrpc: '2.0', id: 7, method: 'tools/list' } },
      'a ping of 2025': { message: { jsonrpc: '2.0', id: 7, method: 'ping' } },
      'an unknown method of 2025': { message: { jsonrpc: '2.0', id: 7, method: 'no/method' } },
      'a method of 2025 that the server has not': {
        message: { jsonrpc: '2.0', id: 7, method: 'prompts/list' },
      },
      'a call of 2025 of no tool': { message: call('nothing', {}) },
      'a call of 2025 with a wrong argument': { message: call('greet', { name: 7 }) },
      'a call of 2025 with a long argument': { message: call('greet', { name: 'x'.repeat(201) }) },
      'a call of 2025 with arguments that are none': { message: call('greet', [1]) },
      'a call of 2025 without arguments': { message: call('whoami', undefined) },
      initialize: {
        message: {
          jsonrpc: '2.0',
          id: 1,
          method: 'initialize',
          params: {
            protocolVersion: '2025-11-25',
            capabilities: {},
            clientInfo: { name: 't', version: '1' },
          },
        },
      },
      'a batch': { message: [call('whoami', {})] },
      'a notification': { message: { jsonrpc: '2.0', method: 'notifications/initialized' } },
      'a call of 2026': modern('tools/call', { name: 'whoami', arguments: {} }),
      'a call of 2026 that calls the API': modern('tools/call', { name: 'greet', arguments: {} }),
      'the list of 2026': modern('tools/list'),
      'an unknown method of 2026': modern('no/method'),
      'a method of 2026 that the server has not': modern('prompts/list'),
      'a ping of 2026': modern('ping'),
      'a call of 2026 of no tool': modern('tools/call', { name: 'nothing', arguments: {} }),
      'a call of 2026 with a wrong argument': modern('tools/call', {
        name: 'greet',
        arguments: { name: [] },
      }),
      'a call of 2026 without a name': modern('tools/call', { arguments: {} }),
      discovery: modern('server/discover'),
      'a 2026 envelope that is malformed': modern('tools/list', {
        _meta: { 'io.modelcontextprotocol/clientCapabilities': 7 },
      }),
      'a name of 2026 that differs': {
        ...modern('tools/call', { name: 'whoami', arguments: {} }),
        headers: { ...modern('tools/call', { name: 'greet' }).headers },
      },
    }

  test.each(
    Object.entries(MESSAGES).flatMap(([what, { message, headers = {} }]) =>
      ['application/json, text/event-stream', 'application/json', 'text/event-stream'].map(
        (accept) => [what, accept, message, headers] as const,
      ),
    ),
  )(
    'the standalone server answers %s to a client of %s alike on both mounts',
    async (_, accept, message, headers) => {
      const answers = await Promise.all(
        servers.map(async (server) => {
          const token = await server.mint()
          const lines = Object.entries({
            'Content-Type': 'application/json',
            Accept: accept,
            Authorization: `Bearer ${token}`,
            ...headers,
          })
          const answer = await sendLines(server.endpoint, {
            headers: lines,
            body: JSON.stringify(message),
          })
          const {
            'content-type': type,
            'cache-control': cached,
            'www-authenticate': challenge,
          } = answer.headers
          return {
            status: answer.status,
            type,
            cached,
            challenge: challenge?.split(',')[0],
            text: withoutIds(answer.text),
          }
        }),
      )
      expect(answers[0]).toEqual(answers[1])
      expect(answers[0]?.status).toBeGreaterThanOrEqual(200)
    },
  )
})

/** What no two servers give alike. */
function withoutIds(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
    .replaceAll(/localhost:\d+/g, 'origin')
}
