import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callTool, postMcp, rpc, rpcAnswer } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { mintSubject } from '../../helpers/tool-answer.js'
import { modern } from '../../helpers/wire.js'

describe('bodies as clients send them', () => {
  let server: TestServer
  let token: string

  beforeAll(async () => {
    server = await startMcpServer()
    token = await mintSubject(server, { sub: 'alice' })
  })

  afterAll(() => server.close())

  const ping = (contentType: string, body = JSON.stringify(rpc('ping'))) =>
    request(server.origin)
      .post('/mcp')
      .set({ 'Content-Type': contentType, Authorization: `Bearer ${token}` })
      .send(body)

  test.each([
    'application/json;charset=UTF8',
    'application/json; charset=utf8',
    'application/json; charset="UTF8"',
    'application/json; Charset = Utf8; x=y',
    'application/json; charset=unicode-1-1-utf-8',
    'application/json; charset=x-unicode20utf8',
    'APPLICATION/JSON;CHARSET=UTF-8',
  ])(
    '[case 46] bodies as clients send them of the type %s are read: it is a name of UTF-8',
    async (type) => {
      expect((await ping(type)).status).toBe(200)
    },
  )

  test.each([
    'latin1',
    'iso-8859-1',
    'us-ascii',
    'windows-1252',
    'utf',
    'utf8x',
    'utf-7',
    'utf-16',
  ])(
    '[case 46] bodies as clients send them in the charset %s are refused, and the answer says what to write',
    async (charset) => {
      const answer = await ping(`application/json; charset=${charset}`)
      expect(answer.status).toBe(400)
      expect(answer.text).toContain('write charset=utf-8')
    },
  )

  const called = async (tool: string, params: object): Promise<unknown> => {
    const message = rpc('tools/call', { name: tool, ...params })
    const in2025 = rpcAnswer(await postMcp(server.endpoint, message, { token }))
    const call = modern('tools/call', { name: tool, ...params })
    const { headers } = call
    const in2026 = rpcAnswer(await postMcp(server.endpoint, call.message, { token, headers }))
    for (const { result, error } of [in2025, in2026]) {
      expect([(result as { isError?: boolean } | undefined)?.isError, error]).toEqual([
        undefined,
        undefined,
      ])
    }
    return in2025['result']
  }

  test.each([
    ['left out', {}],
    ['null', { arguments: null }],
    ['an empty object', { arguments: {} }],
    ['an empty list, as PHP has it', { arguments: [] }],
    ['an empty text', { arguments: '' }],
  ])('[case 48] arguments that are %s are none', async (_, params) => {
    for (const tool of ['whoami', 'get_datetime', 'greet']) await called(tool, params)
  })

  test('[case 48] the demonstration tools ignore arguments that they do not know', async () => {
    for (const tool of ['whoami', 'get_datetime', 'greet']) {
      await called(tool, { arguments: { task_progress: '- [ ] greet', x: null } })
    }
  })

  test.each([[null], [''], ['  ']])(
    '[case 48] a name of %j for greet is none given, and another is taken',
    async (name) => {
      expect(JSON.stringify(await called('greet', { arguments: { name } }))).toContain(
        'Hello, there',
      )
      const named = await called('greet', { arguments: { name: ' Al ' } })
      expect(JSON.stringify(named)).toContain('Hello, Al ')
    },
  )

  test('[case 48] arguments that are something else are refused as before', async () => {
    for (const args of ['x', 7, ['x']]) {
      const message = { ...callTool('whoami'), params: { name: 'whoami', arguments: args } }
      const answer = rpcAnswer(await postMcp(server.endpoint, message, { token }))
      expect(answer).toHaveProperty('error')
    }
  })

  test('[case 48] the schema of greet that models see has no other type than text', async () => {
    const answer = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token }))
    const { tools } = answer['result'] as {
      tools: { name: string; inputSchema: { properties?: object; required?: unknown } }[]
    }
    const { properties, required } = tools.find(({ name }) => name === 'greet')?.inputSchema ?? {}
    expect([properties, required]).toEqual([
      { name: { type: 'string', maxLength: 200, description: 'Whom to greet' } },
      undefined,
    ])
  })
})
