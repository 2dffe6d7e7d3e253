import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  callForAnswer,
  exchangeAsAsked,
  mintSubject,
  openExchangeStack,
  type ExchangeStack,
} from '../../helpers/exchange-stack.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../../helpers/mcp-door.js'
import { initialize, readUntil, sessionHeaders } from '../../helpers/session-door.js'
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
  let stack: ExchangeStack
  let token: string

  beforeAll(async () => {
    stack = await openExchangeStack({ environment: PATIENT })
  })

  beforeEach(async () => {
    stack.api.responder = undefined
    token = await mintSubject(stack, { sub: nextUser() })
  })

  afterAll(() => stack.close())

  test.each([
    ['2026-07-28', in2026],
    ['2025-11-25', in2025],
  ])(
    '[RS25] of %s ends at the API when its connection is closed, since nobody can read the answer',
    async (_, call) => {
      const before = stack.door.log.named('tool_failed').length
      const nextAtApi = holdCalls(stack.api)
      const started = startCall(stack.door.endpoint, { ...call, token })
      const atApi = await nextAtApi()
      started.destroy()
      await atApi.brokenOff
      // One more call: by its answer, the log has the line of the first.
      stack.api.responder = undefined
      expect((await callForAnswer(stack, { token })).isError).toBe(false)
      const failed = stack.door.log.named('tool_failed').slice(before)
      expect(failed).toMatchObject([{ level: 'debug', fields: { code: 'cancelled' } }])
    },
  )

  test.each([
    ['2026-07-28', in2026],
    ['2025-11-25', in2025],
    ['2025-11-25 with a made-up session', { ...in2025, headers: { 'Mcp-Session-Id': 'made-up' } }],
  ])(
    '[RS25] of %s that leaves during the exchange never reaches the API, and the exchange serves those who stay',
    async (_, call) => {
      const [asked, released] = [deferred(), deferred()]
      stack.issuer.tokenResponder = async (request, res) => {
        asked.resolve()
        await released.promise
        await exchangeAsAsked(stack.issuer)(request, res)
      }
      const exchanges = stack.issuer.tokenRequests.length
      const calls = stack.api.requests.length
      const refusals = refusalsOf(stack, 'cancelled')
      const leaving = startCall(stack.door.endpoint, { ...call, token })
      await asked.promise
      const staying = callForAnswer(stack, { token })
      leaving.destroy()
      await until(() => refusalsOf(stack, 'cancelled') > refusals)
      released.resolve()
      expect((await staying).isError).toBe(false)
      expect(stack.issuer.tokenRequests).toHaveLength(exchanges + 1)
      expect(stack.api.requests).toHaveLength(calls + 1)
    },
  )

  test('goes on when somebody else cancels a request with the same id', async () => {
    const nextAtApi = holdCalls(stack.api)
    const answer = postMcp(stack.door.endpoint, in2025.message, { token })
    const atApi = await nextAtApi()
    const { id } = in2025.message as { id: number }
    const bob = await mintSubject(stack, { sub: 'auth0|bob' })
    const refused = await postMcp(stack.door.endpoint, cancelled(id), { token: bob })
    expect([refused.status, await refused.text()]).toEqual([202, ''])
    atApi.answer()
    expect(await rpcAnswer(await answer)).toMatchObject({ id, result: { structuredContent: {} } })
  })
})

describe('a call within a session', () => {
  let stack: ExchangeStack
  let token: string
  let session: string

  beforeAll(async () => {
    stack = await openExchangeStack({ environment: { ...PATIENT, MCP_SESSIONS: 'on' } })
  })

  beforeEach(async () => {
    stack.api.responder = undefined
    token = await mintSubject(stack, { sub: nextUser() })
    const opened = await postMcp(stack.door.endpoint, initialize(), { token })
    session = opened.headers.get('mcp-session-id') ?? ''
    await opened.text()
  })

  afterAll(() => stack.close())

  const within = (message: object, by = token): Promise<Response> =>
    postMcp(stack.door.endpoint, message, { token: by, headers: sessionHeaders(session) })

  test('[RS22] goes on when its connection is lost, and its answer waits for the client to come back', async () => {
    const nextAtApi = holdCalls(stack.api)
    const call = { message: callTool('greet'), token, headers: sessionHeaders(session) }
    const started = startCall(stack.door.endpoint, call)
    const begun = await readUntilText(await responseOf(started), 'data: \n\n')
    const [, eventId = ''] = /^id: (\S+)$/m.exec(begun) ?? []
    const atApi = await nextAtApi()
    started.destroy()
    await (await within(rpc('tools/list'))).text()
    atApi.answer()
    const resumed = await fetch(stack.door.endpoint, {
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${token}`,
        'Last-Event-ID': eventId,
        ...sessionHeaders(session),
      },
    })
    expect(await readUntil(resumed, '"result"')).toContain('late')
  })

  test('[RS22] whose connection is lost during the exchange reaches the API all the same', async () => {
    const [asked, released] = [deferred(), deferred()]
    stack.issuer.tokenResponder = async (request, res) => {
      asked.resolve()
      await released.promise
      await exchangeAsAsked(stack.issuer)(request, res)
    }
    const nextAtApi = holdCalls(stack.api)
    const call = { message: callTool('greet'), token, headers: sessionHeaders(session) }
    const started = startCall(stack.door.endpoint, call)
    await asked.promise
    started.destroy()
    await (await within(rpc('tools/list'))).text()
    released.resolve()
    ;(await nextAtApi()).answer()
  })

  test('ends at the API when the client cancels it', async () => {
    const nextAtApi = holdCalls(stack.api)
    const message = callTool('greet') as { id: number }
    const answer = await within(message)
    const atApi = await nextAtApi()
    const accepted = await within(cancelled(message.id))
    expect([accepted.status, await accepted.text()]).toEqual([202, ''])
    await atApi.brokenOff
    // Nothing is sent in its place, and nothing of it is kept: its stream is over.
    expect(await answer.text()).not.toContain('"id"')
  })

  test('is answered besides a request of the same batch that the client cancels', async () => {
    const nextAtApi = holdCalls(stack.api)
    const [slow, quick] = [callTool('greet') as { id: number }, rpc('tools/list')]
    const headers = { ...sessionHeaders(session), 'MCP-Protocol-Version': '2025-03-26' }
    const answer = await postMcp(stack.door.endpoint, [slow, quick], { token, headers })
    const atApi = await nextAtApi()
    await (await within(cancelled(slow.id))).text()
    await atApi.brokenOff
    expect(await answer.text()).toContain('"tools"')
  })

  test('[RS32] is not cancelled by another user who knows its session and its id', async () => {
    const nextAtApi = holdCalls(stack.api)
    const message = callTool('greet') as { id: number }
    const answer = await within(message)
    const atApi = await nextAtApi()
    const bob = await mintSubject(stack, { sub: 'auth0|bob' })
    expect((await within(cancelled(message.id), bob)).status).toBe(404)
    atApi.answer()
    expect(await readUntil(answer, '"result"')).toContain('late')
  })

  test('[RS25] of 2026-07-28, which has no sessions, is cancelled with its connection whatever id it carries', async () => {
    const [asked, released] = [deferred(), deferred()]
    stack.issuer.tokenResponder = async (request, res) => {
      asked.resolve()
      await released.promise
      await exchangeAsAsked(stack.issuer)(request, res)
    }
    const refusals = refusalsOf(stack, 'cancelled')
    const headers = { ...in2026.headers, 'Mcp-Session-Id': session }
    const leaving = startCall(stack.door.endpoint, { ...in2026, headers, token })
    await asked.promise
    leaving.destroy()
    await until(() => refusalsOf(stack, 'cancelled') > refusals)
    released.resolve()
  })

  test('of an id that no session of the caller has ends before a handler runs', async () => {
    const calls = stack.api.requests.length
    const headers = sessionHeaders('unknown')
    const refused = await postMcp(stack.door.endpoint, callTool('greet'), { token, headers })
    expect(refused.status).toBe(404)
    expect(stack.api.requests).toHaveLength(calls)
  })
})

function refusalsOf({ door }: ExchangeStack, code: string): number {
  return door.log.named('request_refused').filter(({ fields }) => fields['code'] === code).length
}

/** Lets everything else run until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}
