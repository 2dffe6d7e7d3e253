import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPublic, refusalOf } from '../integration/public-tools/open-public.js'
import {
  callTool,
  initialize,
  mcpHeaders,
  postMcp,
  rpc,
  sessionHeaders,
  type PostOptions,
} from '../helpers/mcp-requests.js'
import type { TestServer } from '../helpers/start-mcp-server.js'
import { ENVELOPE, modern } from '../helpers/wire.js'

/** What is sent without credentials, by what it tries. */
type Attempt = readonly [what: string, message: unknown, headers?: Readonly<Record<string, string>>]

const ASK = callTool('ask')
const GREET = callTool('greet')
const call = (params: unknown, more: object = {}): object => ({
  ...{ jsonrpc: '2.0', id: 1, method: 'tools/call', params },
  ...more,
})
const named = (name: unknown): object => call({ name, arguments: {} })
const raw = (params: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`
const forged = (message: object, name: string): Attempt => [
  `the header Mcp-Name: ${name} above ${JSON.stringify(message)}`,
  message,
  { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': name },
]

const NAMES: readonly unknown[] = [
  ...['greet', 'whoami', 'no_such_tool', '', 'ASK', 'Ask', ' ask', 'ask ', 'ask\n', 'ask\u0000'],
  ...['\u200bask', '\uff41sk', '\u0430sk', 'ask\u0301', 'ask/../greet', 'ask,greet', '%61sk'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'],
  ...[null, 1, true, ['ask'], { name: 'ask' }, { toString: 'ask' }],
]

const MESSAGES: readonly Attempt[] = [
  ['no parameters', call(undefined)],
  ['parameters that are null', call(null)],
  ['parameters that are a list', call(['ask'])],
  ['parameters that are a text', call('ask')],
  ['the name beside the parameters', call({}, { name: 'ask' })],
  ['a name that is inherited', raw('{"__proto__":{"name":"ask"},"arguments":{}}')],
  ['a doubled name, the last of which counts', raw('{"name":"ask","name":"greet"}')],
  ['a doubled name in another spelling', raw('{"name":"ask","\\u006eame":"greet"}')],
  [
    'doubled parameters',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask"},"params":{"name":"greet"}}',
  ],
  [
    'a doubled method',
    '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"greet"}}',
  ],
  ['a method in another case', call({ name: 'ask' }, { method: 'TOOLS/CALL' })],
  ['a method with a space', call({ name: 'ask' }, { method: 'tools/call ' })],
  ['a method that is a list', call({ name: 'ask' }, { method: ['tools/call'] })],
  ['a public tool as a task', call({ name: 'ask', arguments: {}, task: { ttl: 60_000 } })],
  [
    'a public tool for the task of another',
    call({ name: 'ask', _meta: { 'io.modelcontextprotocol/related-task': { taskId: '1' } } }),
  ],
  [
    'a list for the task of another',
    rpc('tools/list', { _meta: { 'io.modelcontextprotocol/related-task': { taskId: '1' } } }),
  ],
  [
    'the next step of a call of another',
    call({ name: 'ask', arguments: {}, inputResponses: {}, requestState: 'x' }),
  ],
  ['a batch with a protected tool at its end', [ASK, GREET]],
  ['a batch with a protected tool at its beginning', [GREET, ASK]],
  ['a batch with an unknown tool', [ASK, callTool('no_such_tool')]],
  ['a batch in a batch', [[GREET]]],
  ['a batch with a response', [ASK, { jsonrpc: '2.0', id: 1, result: {} }]],
  ['an empty batch', []],
  ['two messages in one body', `${JSON.stringify(ASK)}${JSON.stringify(GREET)}`],
  ['two messages on two lines', `${JSON.stringify(ASK)}\n${JSON.stringify(GREET)}`],
  ['no message', ''],
  ['a text', '"tools/call"'],
  ['a number', '1'],
  ['null', 'null'],
  ['text that is no JSON', '{"method":"ping"'],
  ['a response', { jsonrpc: '2.0', id: 0, result: { action: 'accept', content: {} } }],
  ['a notification with an id', rpc('notifications/cancelled', { requestId: 1 })],
  ['a token in the body', { ...ASK, access_token: 'x' }],
  ['more than a stranger may send', callTool('ask', { about: 'x'.repeat(70_000) })],
  ...[
    ...['resources/list', 'resources/read', 'resources/templates/list', 'resources/subscribe'],
    ...['prompts/list', 'prompts/get', 'completion/complete', 'logging/setLevel'],
    ...['tasks/get', 'tasks/list', 'tasks/result', 'tasks/cancel', 'tasks/update'],
    ...['subscriptions/listen', 'sampling/createMessage', 'elicitation/create', 'roots/list'],
    ...['tools/list ', 'Tools/List', 'tools', '', '__proto__', 'notifications', 'rpc.discover'],
  ].map((method): Attempt => [
    `the method ${JSON.stringify(method)}`,
    rpc(method, { name: 'ask' }),
  ]),
  ...NAMES.map((name): Attempt => [`the name ${JSON.stringify(name)}`, named(name)]),
]

const HEADERS: readonly Attempt[] = [
  ['Authorization: Basic', ASK, { Authorization: 'Basic YWxpY2U6cGFzcw==' }],
  ['an empty Authorization', ASK, { Authorization: '' }],
  ['Authorization: Bearer alone', ASK, { Authorization: 'Bearer' }],
  ['a DPoP proof without a token', ASK, { DPoP: 'e30.e30.e30' }],
  ['a session id', ASK, sessionHeaders('A'.repeat(43))],
  ['an empty session id', ASK, { 'Mcp-Session-Id': '' }],
  ['a session id at the initialization', initialize(), sessionHeaders('A'.repeat(43))],
  ['Last-Event-ID', ASK, { 'Last-Event-ID': '0' }],
  ['a form', 'name=ask', { 'Content-Type': 'application/x-www-form-urlencoded' }],
  ['text', ASK, { 'Content-Type': 'text/plain' }],
  ['an unreadable encoding', ASK, { 'Content-Encoding': 'gzip' }],
  ['an unknown encoding', ASK, { 'Content-Encoding': 'compress' }],
  ['no acceptable form', ASK, { Accept: 'image/png' }],
  forged(modern('tools/call', { name: 'greet', arguments: {} }).message, 'ask'),
  forged(GREET, 'ask'),
  [
    'a list in the header above a call',
    GREET,
    { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' },
  ],
]

const ABOVE = HEADERS.map(([what, message, headers = {}]) => ({ what, message, headers }))

describe('a way from a public tool to what needs a token', () => {
  let server: TestServer
  const ran: unknown[] = []
  const post = (message: unknown, options: PostOptions = {}) =>
    postMcp(server.endpoint, message, options)

  beforeAll(async () => {
    server = await openPublic(
      { environment: { MCP_SESSIONS: 'on', PUBLIC_RATE_LIMIT_PER_ADDRESS: '0' } },
      (context) => {
        ran.push(context)
        return 'anything'
      },
    )
  })

  afterAll(() => server.close())

  const assertNothingHappened = (): void => {
    expect(ran).toEqual([])
    expect(server.issuer.tokenRequests).toEqual([])
    expect(server.api.requests).toEqual([])
  }

  test.each(MESSAGES)('is not this message: %s', async (_, message) => {
    const usual = refusalOf(await post(GREET))
    const refused = refusalOf(await post(message))
    expect(refused).toEqual(usual)
    expect(refused).toMatchObject({ status: 401 })
    assertNothingHappened()
  })

  test.each(ABOVE)('is not this header: $what', async ({ message, headers }) => {
    const answer = await post(message, { headers })
    expect([400, 401]).toContain(answer.status)
    expect(answer.text).not.toContain('anything')
    assertNothingHappened()
  })

  test('is not a token in the query', async () => {
    const url = `${server.endpoint.href}?access_token=x`
    expect((await postMcp(url, ASK)).status).toBe(400)
    assertNothingHappened()
  })

  test.each(['get', 'head', 'delete', 'put', 'patch'] as const)(
    'is not the method %s',
    async (method) => {
      const answer = await request(server.origin)[method]('/mcp').set(mcpHeaders({}))
      expect(answer.status).toBe(401)
      expect(answer.get('www-authenticate')).toContain('resource_metadata=')
    },
  )

  test('is not the session of a signed-in user, nor its stream', async () => {
    const owner = await server.mint()
    const session = await server.openSession(owner)
    for (const message of [ASK, GREET, rpc('tools/list'), rpc('ping'), initialize()]) {
      const answer = await post(message, { headers: sessionHeaders(session) })
      expect(answer.status).toBe(401)
    }
    const resumed = { ...sessionHeaders(session), 'Last-Event-ID': '0' }
    expect((await request(server.origin).get('/mcp').set(resumed)).status).toBe(401)
    expect((await server.within(session, owner, rpc('ping'))).status).toBe(200)
    assertNothingHappened()
  })

  test('is not a notification that cancels the call of a user', async () => {
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }
    expect((await post(cancel)).status).toBe(202)
    assertNothingHappened()
  })

  test('is not the envelope of 2026-07-28 above a message of 2025', async () => {
    const message = call({ name: 'greet', arguments: {}, _meta: ENVELOPE })
    expect((await post(message)).status).toBe(401)
    assertNothingHappened()
  })

  test('is not a user of another middleware in front, nor the connection of a user', async () => {
    const token = await server.mint()
    expect((await post(callTool('whoami'), { token })).status).toBe(200)
    expect((await post(callTool('whoami'))).status).toBe(401)
    assertNothingHappened()
  })
})
