import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import {
  callForAnswer,
  claimsOf,
  mintSubject,
  openExchangeStack,
  toolAnswer,
  type ExchangeStack,
} from '../helpers/exchange-stack.js'
import { callTool, postMcp, rpcAnswer } from '../helpers/mcp-door.js'
import { initialize, sessionHeaders } from '../helpers/session-door.js'

/** An API that answers one user when the test says so, and everybody else at once. */
class HoldingApi {
  readonly #held: ServerResponse[] = []
  readonly #waiting: { readonly count: number; readonly arrived: () => void }[] = []
  arrived = 0

  constructor(stack: ExchangeStack, held: string) {
    stack.api.responder = (req, res) => {
      const { sub } = claimsOf(bearerOf(req))
      if (sub !== held) {
        this.#answer(res)
        return
      }
      this.arrived += 1
      this.#held.push(res)
      for (const { count, arrived } of this.#waiting) if (this.arrived >= count) arrived()
    }
  }

  /** Resolves once so many calls of the user have arrived in all. */
  has(count: number): Promise<void> {
    return new Promise((arrived) => {
      this.#waiting.push({ count, arrived })
      if (this.arrived >= count) arrived()
    })
  }

  answerOne(): void {
    const res = this.#held.shift()
    if (res !== undefined) this.#answer(res)
  }

  answerAll(): void {
    while (this.#held.length > 0) this.answerOne()
  }

  #answer(res: ServerResponse): void {
    const body = JSON.stringify({ msg: 'Hello', sub: 'somebody', scopes: '' })
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(body)
  }
}

function bearerOf(req: IncomingMessage): string {
  return req.headers.authorization?.replace(/^Bearer /, '') ?? ''
}

describe('calls of an API by several users', () => {
  let stack: ExchangeStack

  const open = async (environment: Environment = {}): Promise<HoldingApi> => {
    stack = await openExchangeStack({ environment })
    return new HoldingApi(stack, 'auth0|greedy')
  }
  const tokenOf = (sub: string): Promise<string> => mintSubject(stack, { sub })
  const batch = (length: number): object[] =>
    Array.from({ length }, () => callTool('greet', { name: 'x' }))

  afterEach(() => stack.close())

  test('[S3] one user who asks for much gets a quarter of the connections, and another user is served at once', async () => {
    const api = await open()
    const greedy = postMcp(stack.door.endpoint, batch(50), { token: await tokenOf('auth0|greedy') })
    await api.has(16)
    const quiet = await callForAnswer(stack, { token: await tokenOf('auth0|quiet') })
    expect([quiet.status, quiet.isError]).toEqual([200, false])
    expect(api.arrived).toBe(16)
    for (let more = 17; more <= 50; more += 1) {
      api.answerOne()
      await api.has(more)
    }
    api.answerAll()
    const text = await (await greedy).text()
    expect(text.match(/Hello/g)?.length).toBeGreaterThanOrEqual(50)
  })

  test('[S3] the share of a user is a setting', async () => {
    const api = await open({ API_CONNECTIONS: '4', API_CONCURRENCY_PER_USER: '3' })
    const greedy = postMcp(stack.door.endpoint, batch(10), { token: await tokenOf('auth0|greedy') })
    await api.has(3)
    const quiet = await callForAnswer(stack, { token: await tokenOf('auth0|quiet') })
    expect(quiet.isError).toBe(false)
    expect(api.arrived).toBe(3)
    stack.api.responder = undefined
    api.answerAll()
    await (await greedy).text()
  })

  test('[S3] the messages of a batch count one by one against both limits of a user', async () => {
    await open({ RATE_LIMIT_PER_CALLER: '12', CONCURRENCY_PER_CALLER: '5' })
    const token = await tokenOf('auth0|batch')
    const post = (length: number) => postMcp(stack.door.endpoint, batch(length), { token })
    const tooManyAtOnce = await post(6)
    expect(tooManyAtOnce.status).toBe(429)
    expect(await tooManyAtOnce.text()).toContain('At most 5')
    const token2 = await tokenOf('auth0|batch2')
    const post2 = async (length: number): Promise<number> => {
      const response = await postMcp(stack.door.endpoint, batch(length), { token: token2 })
      await response.text()
      return response.status
    }
    expect([
      await post2(5),
      await post2(5),
      await post2(3),
      await post2(2),
      await post2(1),
    ]).toEqual([200, 200, 429, 429, 429])
  })
})

describe('calls in a session whose connection is gone', () => {
  let stack: ExchangeStack
  let api: HoldingApi

  beforeEach(async () => {
    stack = await openExchangeStack({
      environment: { MCP_SESSIONS: 'on', CONCURRENCY_PER_CALLER: '3' },
    })
    api = new HoldingApi(stack, 'auth0|greedy')
  })

  afterEach(() => stack.close())

  test('[S3] keep their places until the calls end', async () => {
    const token = await mintSubject(stack, { sub: 'auth0|greedy' })
    const opened = await postMcp(stack.door.endpoint, initialize(), { token })
    await rpcAnswer(opened)
    const headers = sessionHeaders(opened.headers.get('mcp-session-id') ?? '')
    const dropped: Promise<unknown>[] = []
    for (let count = 1; count <= 3; count += 1) {
      const connection = new AbortController()
      const call = fetch(stack.door.endpoint, {
        method: 'POST',
        signal: connection.signal,
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
          Authorization: `Bearer ${token}`,
          ...headers,
        },
        body: JSON.stringify(callTool('greet')),
      })
      await api.has(count)
      connection.abort()
      dropped.push(call.then((response) => response.text()).catch(() => undefined))
    }
    await Promise.all(dropped)
    const refused = await callForAnswer(stack, { token, tool: 'whoami', headers })
    expect(refused.status).toBe(429)
    expect(refused.raw).toContain('At most 3')

    api.answerAll()
    let status = 429
    while (status === 429) {
      const again = await postMcp(stack.door.endpoint, callTool('whoami'), { token, headers })
      ;({ status } = await toolAnswer(again))
    }
    expect(status).toBe(200)
  })

  test('[S3] give their places back when they are cancelled, or the session ends', async () => {
    const token = await mintSubject(stack, { sub: 'auth0|greedy' })
    const open = async () => {
      const opened = await postMcp(stack.door.endpoint, initialize(), { token })
      await rpcAnswer(opened)
      return sessionHeaders(opened.headers.get('mcp-session-id') ?? '')
    }
    const headers = await open()
    const other = await open()
    const cancelled = postMcp(
      stack.door.endpoint,
      {
        jsonrpc: '2.0',
        id: 'long',
        method: 'tools/call',
        params: { name: 'greet', arguments: {} },
      },
      { token, headers },
    )
    await api.has(1)
    const ended = postMcp(stack.door.endpoint, callTool('greet'), { token, headers: other })
    await api.has(2)
    const cancel = { method: 'notifications/cancelled', params: { requestId: 'long' } }
    await postMcp(stack.door.endpoint, { jsonrpc: '2.0', ...cancel }, { token, headers })
    await (await cancelled).text()
    const deleted = await fetch(stack.door.endpoint, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${token}`, ...other },
    })
    expect(deleted.status).toBe(200)
    await (await ended).text()
    const three = [callTool('whoami'), callTool('whoami'), callTool('whoami')]
    const statuses = []
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await postMcp(stack.door.endpoint, three, { token })
      await response.text()
      statuses.push(response.status)
    }
    expect(statuses.at(-1)).toBe(200)
  })
})
