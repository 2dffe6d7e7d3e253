import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { OnBehalfOfOptions } from 'mcp-on-behalf-of'
import { callTool, postMcp, rpcAnswer, type TestResponse } from '../helpers/mcp-requests.js'
import { startLibraryServer, type SdkLine } from '../helpers/start-library-server.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

const DECLARED = [
  { name: 'delete_all', requiredScopes: ['tool:admin'] },
  { name: 'open', requiredScopes: [] },
]

let server: TestServer
const ran: string[] = []

const open = async (
  sdk: SdkLine,
  options: Partial<OnBehalfOfOptions> = {},
): Promise<TestServer> => {
  const run = (name: string) => () => void ran.push(name)
  const names = ['delete_all', 'deleteAll', 'open', 'Open']
  return startLibraryServer({
    sdk,
    handlers: Object.fromEntries(names.map((name) => [name, run(name)])),
    tools: DECLARED,
    options,
  })
}

beforeEach(() => {
  ran.length = 0
})

const post = async (
  message: unknown,
  headers: Record<string, string> = {},
): Promise<TestResponse> =>
  postMcp(server.endpoint, message, { token: await server.mint({ scope: 'other' }), headers })

describe.each<SdkLine>(['SDK v1', 'SDK v2'])('with %s, a tool that is not declared', (sdk) => {
  beforeAll(async () => {
    server = await open(sdk)
  })

  afterAll(() => server.close())

  test('[A0a] [S16.10] a tool that is not declared is refused, so that a slip in a name opens nothing', async () => {
    const response = await post(callTool('deleteAll'))
    expect(response.status).toBe(403)
    expect(response.get('www-authenticate')).toBeUndefined()
    expect(response.body).toMatchObject({ error: { data: { code: 'permission_denied' } } })
    expect(ran).toEqual([])
    expect(server.log.named('tool_not_declared')).toMatchObject([
      { level: 'warn', fields: { tool: 'deleteAll' } },
    ])
    const [told] = server.log.named('tool_not_declared')
    expect(told?.fields['hint']).toMatch(/add it to tools/)
  })

  test.each([
    ...['Open', 'OPEN', ' open', 'open ', 'open\u0000', 'open\n', '\u043epen', 'o\u0308pen'],
    ...['\u00f6pen', 'open\u200b', '\uff4fpen', '', '__proto__', 'constructor', 'toString'],
  ])(
    '[A0a] [S16.10] a tool that is not declared is not opened by a name that is nearly one: %j',
    async (name) => {
      expect((await post(callTool(name))).status).toBe(403)
      expect(ran).toEqual([])
    },
  )

  test('[A0a] [S16.10] a tool that is not declared is refused wherever it stands in a batch, and without an id', async () => {
    const [good, bad] = [callTool('open'), callTool('deleteAll')]
    const notification = {
      ...{ jsonrpc: '2.0', method: 'tools/call' },
      params: { name: 'deleteAll', arguments: {} },
    }
    for (const body of [
      [good, bad],
      [bad, good],
      [notification],
      notification,
      [good, notification],
    ]) {
      expect((await post(body)).status).toBe(403)
    }
    expect(ran).toEqual([])
  })

  test.each([
    ...['Tools/Call', 'tools/call ', 'TOOLS/CALL', 'tools\u2215call', ' tools/call', 'tools/call/'],
  ])(
    '[A0a] [S16.10] a tool that is not declared is not run by a method that is nearly tools/call: %j',
    async (method) => {
      await post({ jsonrpc: '2.0', id: 1, method, params: { name: 'deleteAll', arguments: {} } })
      expect(ran).toEqual([])
    },
  )

  test.each([
    { name: ['deleteAll'] },
    { name: { toString: 'deleteAll' } },
    { Name: 'deleteAll' },
    [{ name: 'deleteAll' }],
  ])(
    '[A0a] [S16.10] a tool that is not declared is not run by a name in another form: %j',
    async (params) => {
      await post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
      await post(
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"__proto__":{"name":"deleteAll"}}}',
      )
      await post([[callTool('deleteAll')]])
      expect(ran).toEqual([])
    },
  )

  test('[A0a] a tool that is not declared is run where the options say so', async () => {
    const strict = server
    server = await open(sdk, { undeclaredTools: 'allow' })
    onTestFinished(async () => {
      await server.close()
      server = strict
    })
    expect((await post(callTool('deleteAll'))).status).toBe(200)
    expect(ran).toEqual(['deleteAll'])
    expect((await post(callTool('delete_all'))).status).toBe(403)
    expect(ran).toEqual(['deleteAll'])
  })

  test('[A0a] a tool that is not declared leaves those that are declared without a scope to every signed-in user', async () => {
    expect((await post(callTool('open'))).status).toBe(200)
    expect(ran).toEqual(['open'])
  })
})

test('[A0a] names that clients make up are told about once each, and not without end', async () => {
  server = await open('SDK v2', { http: { rateLimitPerCaller: 0, rateLimitPerAddress: 0 } })
  const secret = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(100)}`
  for (const name of ['twice', 'twice', secret]) await post(callTool(name))
  const batch = (from: number) =>
    Array.from({ length: 50 }, (_, at) => callTool(`made-up-${from + at}`))
  for (let from = 0; from < 500; from += 50) await post(batch(from))
  const told = server.log.named('tool_not_declared').map(({ fields }) => String(fields['tool']))
  expect(told.slice(0, 2)).toEqual(['twice', '[scrubbed]'])
  expect(new Set(told).size).toBe(told.length)
  expect(told.length).toBeLessThanOrEqual(100)
  expect(server.log.text()).not.toContain(secret.slice(0, 30))
})

test('the standalone server leaves tools that it does not have to the SDK, which has them neither', async () => {
  const standalone = await startMcpServer()
  const token = await standalone.mint()
  const response = await postMcp(standalone.endpoint, callTool('deleteAll'), { token })
  expect(response.status).toBe(200)
  expect(rpcAnswer(response)).toMatchObject({ error: { code: -32602 } })
})
