import type { ServerResponse } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { Environment } from '../../src/config/config.js'
import { defineTool } from '../../src/tools/define-tool.js'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { startLibraryServer } from '../helpers/start-library-server.js'
import { downstreamOf } from 'mcp-on-behalf-of'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { callForAnswer, toolAnswer } from '../helpers/tool-answer.js'
import { hangUp, startCall } from '../helpers/wire.js'
import { deferred } from '../unit/outcomes.js'

const BOB = { sub: 'auth0|bob' }

function open(limits: string, environment: Environment = {}): Promise<TestServer> {
  return startMcpServer({ environment: { TOOL_LIMITS: limits, ...environment } })
}

async function call(
  server: TestServer,
  claims: Readonly<Record<string, unknown>> = {},
  tool = 'greet',
) {
  return callForAnswer(server, { token: await server.mint(claims), tool })
}

const outcomes = (server: TestServer) =>
  server.audit.records.map(({ tool, outcome, reason }) => [tool, outcome, reason])

describe('calls of one tool by one user in a minute', () => {
  test('a call too many gets a tool error that says when to come back, and no token is exchanged for it', async () => {
    const server = await open('greet=2')
    expect((await call(server)).isError).toBe(false)
    expect((await call(server, { client_id: 'another-client' })).isError).toBe(false)
    const refused = await call(server)
    expect(refused).toMatchObject({ status: 200, isError: true })
    expect(refused.text).toMatch(
      /^One user may call greet at most 2 times a minute\. Call it less often\..* \d+ s/,
    )
    expect(server.issuer.tokenRequests).toHaveLength(2)
    expect(server.api.requests).toHaveLength(2)
    expect(outcomes(server).at(-1)).toEqual(['greet', 'tool_rate_limited', 'calls_per_minute'])
  })

  test('other users, and other tools of the same user, are not affected', async () => {
    const server = await open('greet=1')
    await call(server)
    expect((await call(server)).isError).toBe(true)
    expect((await call(server, BOB)).isError).toBe(false)
    expect((await call(server, {}, 'whoami')).isError).toBe(false)
  })

  test('a tool that calls no API is limited too, and a star stands for each tool without an entry', async () => {
    const server = await open('greet=3 *=1')
    for (const [tool, isError] of [
      ['whoami', false],
      ['whoami', true],
      ['greet', false],
      ['greet', false],
    ] as const) {
      expect([tool, (await call(server, {}, tool)).isError]).toEqual([tool, isError])
    }
  })

  test('the calls of a batch count one by one, and those within the limit are made', async () => {
    const server = await open('greet=1 whoami=2')
    const token = await server.mint()
    const batch = ['greet', 'whoami', 'greet', 'whoami'].map((tool, id) => ({
      ...callTool(tool),
      id,
    }))
    const { text } = await postMcp(server.endpoint, batch, { token })
    const answers = [...text.matchAll(/^data: (.+)$/gm)].map(
      ([, data = '']) => JSON.parse(data) as { id: number; result: { isError?: boolean } },
    )
    const failed = answers.filter(({ result }) => result.isError === true).map(({ id }) => id)
    expect([answers.length, failed.toSorted()]).toEqual([4, [0, 2]])
    expect(server.issuer.tokenRequests).toEqual([])
    expect((await call(server, {}, 'whoami')).isError).toBe(true)
    expect((await call(server)).isError).toBe(false)
  })

  test('only the first refusal of a minute is written at the level of a warning', async () => {
    const server = await open('greet=1')
    for (let calls = 0; calls < 4; calls += 1) await call(server)
    const lines = server.log.named('tool_failed').map(({ level }) => level)
    expect(lines).toEqual(['warn', 'debug', 'debug'])
  })
})

describe('calls of one tool by one user at once', () => {
  test('one call too many at once gets a tool error, and the place is free again when the call has ended', async () => {
    const server = await open('greet=0,1')
    const held = new Promise<ServerResponse>((resolve) => {
      server.api.responder = (_req, res) => {
        resolve(res)
      }
    })
    const first = call(server)
    const res = await held
    const refused = await call(server)
    expect(refused.text).toMatch(/^One user may call greet at most 1 times at once\./)
    server.api.responder = undefined
    expect((await call(server, BOB)).isError).toBe(false)
    res.writeHead(200, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify({ msg: 'Hello', sub: 'somebody', scopes: '' }))
    expect((await first).isError).toBe(false)
    expect((await call(server)).isError).toBe(false)
  })
})

test('a call counts until its handler is over, also when its client has gone', async () => {
  const [begun, gone, over] = [deferred(), deferred(), deferred()]
  const slow = defineTool({
    ...{ name: 'slow', title: 'Slow', description: 'Slow.', requiredScopes: [] },
    inputSchema: z.object({}),
    outputSchema: z.object({}),
    toText: () => 'done',
    handler: async (_input, { signal }) => {
      signal.addEventListener('abort', () => {
        gone.resolve()
      })
      begun.resolve()
      await over.promise
      return {}
    },
  })
  const server = await startMcpServer({ tools: [slow], environment: { TOOL_LIMITS: 'slow=0,1' } })
  const token = await server.mint()
  const left = startCall(server.endpoint, { message: callTool('slow'), token })
  await begun.promise
  await hangUp(left)
  await gone.promise
  expect((await call(server, {}, 'slow')).text).toMatch(/at most 1 times at once/)
  over.resolve()
  await vi.waitFor(async () => {
    expect((await call(server, {}, 'slow')).isError).toBe(false)
  })
})

describe('limits in a server of somebody who uses the library', () => {
  const tools = [
    { name: 'local', requiredScopes: [] },
    { name: 'remote', requiredScopes: [], downstream: { api: 'api', scopes: [] } },
  ]
  const handlers = {
    local: () => 'done',
    remote: async ({ context }: { context: Parameters<typeof downstreamOf>[0] }) =>
      (await downstreamOf(context, 'remote').fetch('/api/private-scope')).status,
  }

  test.each(['SDK v1', 'SDK v2'] as const)(
    'a tool that calls an API gets a tool error, and any other is answered with 429 (%s)',
    async (sdk) => {
      const toolLimits = { '*': { callsPerMinute: 1 } }
      const server = await startLibraryServer({
        ...{ sdk, tools, handlers },
        options: { http: { toolLimits } },
      })
      const token = await server.mint()
      const answered = async (tool: string) => postMcp(server.endpoint, callTool(tool), { token })
      expect(toolAnswer(await answered('remote')).isError).toBe(false)
      expect(toolAnswer(await answered('remote'))).toMatchObject({ status: 200, isError: true })
      expect(toolAnswer(await answered('local')).isError).toBe(false)
      const refused = await answered('local')
      expect([refused.status, Number(refused.get('retry-after')) > 0]).toEqual([429, true])
      expect(refused.text).toContain('One user may call local at most 1 times a minute.')
    },
  )

  test('a limit of a tool that nobody declares is refused at the start', async () => {
    await expect(
      startLibraryServer({
        ...{ sdk: 'SDK v2', tools, handlers },
        options: { http: { toolLimits: { locl: { callsPerMinute: 1 } } } },
      }),
    ).rejects.toThrow('limitTools() knows no such tool: locl')
  })
})

test.each([
  ['gret=2', 'names no tool of this server: gret. Did you mean greet?'],
  ['greet', 'must be entries like'],
  ['greet=1 greet=2', 'must be entries like'],
  ['greet=-1', 'must be entries like'],
])('the setting TOOL_LIMITS=%s is refused at the start', async (limits, hint) => {
  await expect(open(limits)).rejects.toThrow(hint)
})
