import type { IncomingMessage, ServerResponse } from 'node:http'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import { claimsOf } from '../helpers/exchange-answers.js'
import { callTool, postMcp, sessionHeaders } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject, toolAnswer } from '../helpers/tool-answer.js'
import { hangUp, startCall } from '../helpers/wire.js'

/** An API that answers one user when the test says so, and everybody else at once. */
class HoldingApi {
  readonly #held: ServerResponse[] = []
  readonly #waiting: { readonly count: number; readonly arrived: () => void }[] = []
  arrived = 0

  constructor(server: TestServer, held: string) {
    server.api.responder = (req, res) => {
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
  let server: TestServer

  const open = async (environment: Environment = {}): Promise<HoldingApi> => {
    server = await startMcpServer({ environment })
    return new HoldingApi(server, 'auth0|greedy')
  }
  const tokenOf = (sub: string): Promise<string> => mintSubject(server, { sub })
  const batch = (length: number): object[] =>
    Array.from({ length }, () => callTool('greet', { name: 'x' }))

  test('[S3] one user who asks for much gets a quarter of the connections, and another user is served at once', async () => {
    const api = await open()
    const greedy = postMcp(server.endpoint, batch(50), { token: await tokenOf('auth0|greedy') })
    await api.has(16)
    const quiet = await callForAnswer(server, { token: await tokenOf('auth0|quiet') })
    expect([quiet.status, quiet.isError]).toEqual([200, false])
    expect(api.arrived).toBe(16)
    for (let more = 17; more <= 50; more += 1) {
      api.answerOne()
      await api.has(more)
    }
    api.answerAll()
    const text = (await greedy).text
    expect(text.match(/Hello/g)?.length).toBeGreaterThanOrEqual(50)
  })

  test('[S3] the share of a user is a setting', async () => {
    const api = await open({ API_CONNECTIONS: '4', API_CONCURRENCY_PER_USER: '3' })
    const greedy = postMcp(server.endpoint, batch(10), { token: await tokenOf('auth0|greedy') })
    await api.has(3)
    const quiet = await callForAnswer(server, { token: await tokenOf('auth0|quiet') })
    expect(quiet.isError).toBe(false)
    expect(api.arrived).toBe(3)
    server.api.responder = undefined
    api.answerAll()
    await greedy
  })

  test('[S3] the messages of a batch count one by one against both limits of a user', async () => {
    await open({ RATE_LIMIT_PER_CALLER: '12', CONCURRENCY_PER_CALLER: '5' })
    const token = await tokenOf('auth0|batch')
    const post = (length: number) => postMcp(server.endpoint, batch(length), { token })
    const tooManyAtOnce = await post(6)
    expect(tooManyAtOnce.status).toBe(429)
    expect(tooManyAtOnce.text).toContain('At most 5')
    const token2 = await tokenOf('auth0|batch2')
    const post2 = async (length: number): Promise<number> => {
      const response = await postMcp(server.endpoint, batch(length), { token: token2 })
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
  let server: TestServer
  let api: HoldingApi

  beforeEach(async () => {
    server = await startMcpServer({
      environment: { MCP_SESSIONS: 'on', CONCURRENCY_PER_CALLER: '3' },
    })
    api = new HoldingApi(server, 'auth0|greedy')
  })

  test('[S3] calls in a session whose connection is gone keep their places until the calls end', async () => {
    const token = await mintSubject(server, { sub: 'auth0|greedy' })
    const headers = sessionHeaders(await server.openSession(token))
    for (let count = 1; count <= 3; count += 1) {
      const call = startCall(server.endpoint, { message: callTool('greet'), token, headers })
      await api.has(count)
      await hangUp(call)
    }
    const refused = await callForAnswer(server, { token, tool: 'whoami', headers })
    expect(refused.status).toBe(429)
    expect(refused.raw).toContain('At most 3')

    api.answerAll()
    let status = 429
    while (status === 429) {
      const again = await postMcp(server.endpoint, callTool('whoami'), { token, headers })
      ;({ status } = toolAnswer(again))
    }
    expect(status).toBe(200)
  })

  test('[S3] calls in a session whose connection is gone give their places back when they are cancelled, or the session ends', async () => {
    const token = await mintSubject(server, { sub: 'auth0|greedy' })
    const headers = sessionHeaders(await server.openSession(token))
    const other = await server.openSession(token)
    const cancelled = postMcp(
      server.endpoint,
      {
        jsonrpc: '2.0',
        id: 'long',
        method: 'tools/call',
        params: { name: 'greet', arguments: {} },
      },
      { token, headers },
    )
    await api.has(1)
    const ended = server.within(other, token, callTool('greet'))
    await api.has(2)
    const cancel = { method: 'notifications/cancelled', params: { requestId: 'long' } }
    await postMcp(server.endpoint, { jsonrpc: '2.0', ...cancel }, { token, headers })
    await cancelled
    expect((await server.endSession(other, token)).status).toBe(200)
    await ended
    const three = [callTool('whoami'), callTool('whoami'), callTool('whoami')]
    const statuses = []
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await postMcp(server.endpoint, three, { token })
      statuses.push(response.status)
    }
    expect(statuses.at(-1)).toBe(200)
  })
})
