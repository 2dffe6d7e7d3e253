import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { exchangeAsAsked } from '../../helpers/exchange-answers.js'
import {
  callTool,
  postMcp,
  readUntil,
  rpc,
  rpcAnswer,
  sessionHeaders,
} from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject } from '../../helpers/tool-answer.js'
import { holdCalls, modern, readUntilText, responseOf, startCall } from '../../helpers/wire.js'
import { deferred } from '../../unit/outcomes.js'

const in2026 = modern('tools/call', { name: 'greet', arguments: {} })
const in2025 = { message: callTool('greet'), headers: { 'MCP-Protocol-Version': '2025-11-25' } }

let users = 0

/** A user of whom nothing is cached. */
function nextUser(): string {
  users += 1
  return `auth0|user-${users}`
}

// Longer than any test: whatever ends a call earlier is what the test is about.
const PATIENT = { API_TIMEOUT_MS: '60000', EXCHANGE_TIMEOUT_MS: '60000' }

const cancelled = (requestId: unknown): object => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId },
})

describe('a call without a session', () => {
  let server: TestServer
  let token: string

  beforeAll(async () => {
    server = await startMcpServer({ environment: PATIENT })
  })

  beforeEach(async () => {
    server.api.responder = undefined
    token = await mintSubject(server, { sub: nextUser() })
  })

  afterAll(() => server.close())

  test.each([
    ['2026-07-28', in2026],
    ['2025-11-25', in2025],
  ])(
    '[RS25] a call without a session of %s ends at the API when its connection is closed, since nobody can read the answer',
    async (_, call) => {
      const before = server.log.named('tool_failed').length
      const nextAtApi = holdCalls(server.api)
      const started = startCall(server.endpoint, { ...call, token })
      const atApi = await nextAtApi()
      started.destroy()
      await atApi.brokenOff
      // One more call: by its answer, the log has the line of the first.
      server.api.responder = undefined
      expect((await callForAnswer(server, { token })).isError).toBe(false)
      const failed = server.log.named('tool_failed').slice(before)
      expect(failed).toMatchObject([{ level: 'debug', fields: { code: 'cancelled' } }])
    },
  )

  test.each([
    ['2026-07-28', in2026],
    ['2025-11-25', in2025],
    ['2025-11-25 with a made-up session', { ...in2025, headers: { 'Mcp-Session-Id': 'made-up' } }],
  ])(
    '[RS25] a call without a session of %s that leaves during the exchange never reaches the API, and the exchange serves those who stay',
    async (_, call) => {
      const [asked, released] = [deferred(), deferred()]
      server.issuer.tokenResponder = async (request, res) => {
        asked.resolve()
        await released.promise
        await exchangeAsAsked(server.issuer)(request, res)
      }
      const exchanges = server.issuer.tokenRequests.length
      const calls = server.api.requests.length
      const refusals = refusalsOf(server, 'cancelled')
      const leaving = startCall(server.endpoint, { ...call, token })
      await asked.promise
      const staying = callForAnswer(server, { token })
      leaving.destroy()
      await until(() => refusalsOf(server, 'cancelled') > refusals)
      released.resolve()
      expect((await staying).isError).toBe(false)
      expect(server.issuer.tokenRequests).toHaveLength(exchanges + 1)
      expect(server.api.requests).toHaveLength(calls + 1)
    },
  )

  test('a call without a session goes on when somebody else cancels a request with the same id', async () => {
    const nextAtApi = holdCalls(server.api)
    const answer = postMcp(server.endpoint, in2025.message, { token })
    const atApi = await nextAtApi()
    const { id } = in2025.message as { id: number }
    const bob = await mintSubject(server, { sub: 'auth0|bob' })
    const refused = await postMcp(server.endpoint, cancelled(id), { token: bob })
    expect([refused.status, refused.text]).toEqual([202, ''])
    atApi.answer()
    expect(rpcAnswer(await answer)).toMatchObject({ id, result: { structuredContent: {} } })
  })
})

describe('a call within a session', () => {
  let server: TestServer
  let token: string
  let session: string

  beforeAll(async () => {
    server = await startMcpServer({ environment: { ...PATIENT, MCP_SESSIONS: 'on' } })
  })

  beforeEach(async () => {
    server.api.responder = undefined
    token = await mintSubject(server, { sub: nextUser() })
    session = await server.openSession(token)
  })

  afterAll(() => server.close())

  const within = (message: object, by = token) => server.within(session, by, message)

  test('[RS22] a call within a session goes on when its connection is lost, and its answer waits for the client to come back', async () => {
    const nextAtApi = holdCalls(server.api)
    const call = { message: callTool('greet'), token, headers: sessionHeaders(session) }
    const started = startCall(server.endpoint, call)
    const begun = await readUntilText(await responseOf(started), 'data: \n\n')
    const [, eventId = ''] = /^id: (\S+)$/m.exec(begun) ?? []
    const atApi = await nextAtApi()
    started.destroy()
    await within(rpc('tools/list'))
    atApi.answer()
    const resumed = await server.listen(session, token, { 'Last-Event-ID': eventId })
    expect(await readUntil(resumed, '"result"')).toContain('late')
  })

  test('[RS22] a call within a session whose connection is lost during the exchange reaches the API all the same', async () => {
    const [asked, released] = [deferred(), deferred()]
    server.issuer.tokenResponder = async (request, res) => {
      asked.resolve()
      await released.promise
      await exchangeAsAsked(server.issuer)(request, res)
    }
    const nextAtApi = holdCalls(server.api)
    const call = { message: callTool('greet'), token, headers: sessionHeaders(session) }
    const started = startCall(server.endpoint, call)
    await asked.promise
    started.destroy()
    await within(rpc('tools/list'))
    released.resolve()
    ;(await nextAtApi()).answer()
  })

  test('a call within a session ends at the API when the client cancels it', async () => {
    const nextAtApi = holdCalls(server.api)
    const message = callTool('greet') as { id: number }
    const answer = within(message)
    const atApi = await nextAtApi()
    const accepted = await within(cancelled(message.id))
    expect([accepted.status, accepted.text]).toEqual([202, ''])
    await atApi.brokenOff
    // Nothing is sent in its place, and nothing of it is kept: its stream is over.
    expect((await answer).text).not.toContain('"id"')
  })

  test('a call within a session is answered besides a request of the same batch that the client cancels', async () => {
    const nextAtApi = holdCalls(server.api)
    const [slow, quick] = [callTool('greet') as { id: number }, rpc('tools/list')]
    const headers = { ...sessionHeaders(session), 'MCP-Protocol-Version': '2025-03-26' }
    const answer = postMcp(server.endpoint, [slow, quick], { token, headers })
    const atApi = await nextAtApi()
    await within(cancelled(slow.id))
    await atApi.brokenOff
    expect((await answer).text).toContain('"tools"')
  })

  test('[RS32] a call within a session is not cancelled by another user who knows its session and its id', async () => {
    const nextAtApi = holdCalls(server.api)
    const message = callTool('greet') as { id: number }
    const answer = within(message)
    const atApi = await nextAtApi()
    const bob = await mintSubject(server, { sub: 'auth0|bob' })
    expect((await within(cancelled(message.id), bob)).status).toBe(404)
    atApi.answer()
    expect((await answer).text).toContain('late')
  })

  test('[RS25] a call within a session of 2026-07-28, which has no sessions, is cancelled with its connection whatever id it carries', async () => {
    const [asked, released] = [deferred(), deferred()]
    server.issuer.tokenResponder = async (request, res) => {
      asked.resolve()
      await released.promise
      await exchangeAsAsked(server.issuer)(request, res)
    }
    const refusals = refusalsOf(server, 'cancelled')
    const headers = { ...in2026.headers, 'Mcp-Session-Id': session }
    const leaving = startCall(server.endpoint, { ...in2026, headers, token })
    await asked.promise
    leaving.destroy()
    await until(() => refusalsOf(server, 'cancelled') > refusals)
    released.resolve()
  })

  test('a call within a session of an id that no session of the caller has ends before a handler runs', async () => {
    const calls = server.api.requests.length
    const headers = sessionHeaders('unknown')
    const refused = await postMcp(server.endpoint, callTool('greet'), { token, headers })
    expect(refused.status).toBe(404)
    expect(server.api.requests).toHaveLength(calls)
  })
})

function refusalsOf({ log }: TestServer, code: string): number {
  return log.named('request_refused').filter(({ fields }) => fields['code'] === code).length
}

/** Lets everything else run until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}
