import { once } from 'node:events'
import { connect } from 'node:net'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { McpServer } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { answerWith, claimsOf } from '../../helpers/exchange-answers.js'
import { callTool, postMcp, rpcAnswer } from '../../helpers/mcp-requests.js'
import { startLibraryServer } from '../../helpers/start-library-server.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject } from '../../helpers/tool-answer.js'
import { modern, readUntilText, responseOf, startCall } from '../../helpers/wire.js'
import { deferred, type Deferred } from '../../unit/outcomes.js'

const PARAMETERS = { name: 'count', arguments: {}, _meta: { progressToken: 'token-1' } }
const in2026 = modern('tools/call', PARAMETERS)
const in2025 = {
  message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: PARAMETERS },
  headers: { 'MCP-Protocol-Version': '2025-11-25' },
}

describe('an answer that comes piece by piece, through all our middleware', () => {
  let server: TestServer
  /** The tool goes on when the test has seen what it sent. */
  let seen: Deferred<void>[]

  const createServer = (): McpServer => {
    const mcp = new McpServer({ name: 'counting', version: '1.0.0' })
    const inputSchema = z.object({ bytes: z.number().optional() })
    mcp.registerTool('count', { inputSchema }, async ({ bytes = 0 }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken
      for (const [index, step] of seen.entries()) {
        if (progressToken === undefined) break
        const params = { progressToken, progress: index + 1, total: seen.length }
        await mcpReq.notify({ method: 'notifications/progress', params })
        await step.promise
      }
      return { content: [{ type: 'text', text: `done${'x'.repeat(bytes)}` }] }
    })
    return mcp
  }

  beforeAll(async () => {
    const tools = [{ name: 'count', requiredScopes: ['tool:whoami'] }]
    server = await startLibraryServer({ route: { createServer }, tools })
  })

  afterAll(() => server.close())

  test.each([
    ['2026-07-28', in2026],
    ['2025-11-25', in2025],
  ])(
    'an answer that comes piece by piece, through all our middleware of %s is not held back: each piece is there before the next is sent',
    async (_, call) => {
      seen = [deferred(), deferred(), deferred()]
      const { endpoint, issuer } = server
      const token = await issuer.mint(endpoint.href)
      const response = await responseOf(startCall(endpoint, { ...call, token }))
      expect(response.headers).toMatchObject({
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      })
      const pieces: string[] = []
      for (const [index, step] of seen.entries()) {
        pieces.push(await readUntilText(response, `"progress":${index + 1}`))
        step.resolve()
      }
      pieces.push(await readUntilText(response, '"result"'))
      expect(pieces.map((piece) => [...piece.matchAll(/^data: /gm)].length)).toEqual([1, 1, 1, 1])
      expect(pieces.join('')).toContain('"progressToken":"token-1"')
      await once(response.resume(), 'end')
    },
  )

  test.each([
    ['2026-07-28', modern('tools/call', { name: 'count', arguments: { bytes: 5_000_000 } })],
    ['2025-11-25', { message: callTool('count', { bytes: 5_000_000 }), headers: {} }],
  ])(
    'an answer that comes piece by piece, through all our middleware of %s may be large',
    async (_, { message, headers }) => {
      const { endpoint, issuer } = server
      const token = await issuer.mint(endpoint.href)
      const answer = rpcAnswer(await postMcp(endpoint, message, { token, headers }))
      const { content } = answer['result'] as { content: { text: string }[] }
      expect(content[0]?.text).toHaveLength(5_000_004)
    },
  )
})

describe('several users on one connection', () => {
  const USERS = ['alice', 'bob', 'carol', 'dave'] as const
  let server: TestServer
  let tokens: ReadonlyMap<string, string>

  beforeAll(async () => {
    server = await startMcpServer()
    const minted = USERS.map(
      async (user) => [user, await mintSubject(server, { sub: user })] as const,
    )
    tokens = new Map(await Promise.all(minted))
  })

  afterAll(() => server.close())

  const bodyOf = (user: string): string =>
    JSON.stringify({ ...callTool('greet', { name: user }), id: user })

  /** What greets whom, in the order of the answers. */
  const greetingsIn = (text: string): string[] =>
    [...text.matchAll(/"greeting":"([^"]+)"/g)].map(([, greeting = '']) => greeting)
  const greetingFor = (user: string): string => `Hello, ${user} (${user})!`

  test('[RS14] one after the other get each their own', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (const user of [...USERS, ...USERS].reverse()) {
      const started = httpRequest(server.endpoint, {
        agent,
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
          Authorization: `Bearer ${tokens.get(user) ?? ''}`,
        },
      })
      started.end(bodyOf(user))
      const [response] = (await once(started, 'response')) as [IncomingMessage]
      ports.add(started.socket?.localPort)
      const text = await readUntilText(response, '"result"')
      expect(greetingsIn(text)).toEqual([greetingFor(user)])
      await once(response.resume(), 'end')
    }
    expect(ports.size).toBe(1)
    agent.destroy()
  })

  test('[RS14] several users on one connection pipelined, answered by the API in reverse, get each their own, in order', async () => {
    const order = [...USERS, 'nobody', ...USERS]
    const held: (() => void)[] = []
    server.api.responder = (req, res) => {
      const { sub } = claimsOf(req.headers.authorization?.replace(/^Bearer /, '') ?? '')
      held.unshift(() => {
        answerWith(res, { msg: 'hello', sub, scopes: 'read:private' })
      })
      if (held.length === order.length - 1) for (const answer of held) answer()
    }
    const sent = order.map((user, index) => {
      const body = bodyOf(user)
      const token = tokens.get(user)
      const last = index === order.length - 1
      return [
        'POST /mcp HTTP/1.1',
        `Host: ${server.endpoint.host}`,
        'Content-Type: application/json',
        'Accept: application/json, text/event-stream',
        ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
        `Connection: ${last ? 'close' : 'keep-alive'}`,
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n')
    })
    const socket = connect(Number(server.endpoint.port), '127.0.0.1')
    socket.setEncoding('utf8')
    let text = ''
    socket.on('data', (chunk: string) => {
      text += chunk
      const whole = greetingsIn(text).length === order.length - 1 && text.endsWith('0\r\n\r\n')
      if (whole) socket.end()
    })
    socket.write(sent.join(''))
    await once(socket, 'close')
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(
      order.map((user) => `HTTP/1.1 ${user === 'nobody' ? 401 : 200}`),
    )
    const known = order.filter((user) => user !== 'nobody')
    expect(greetingsIn(text)).toEqual(known.map(greetingFor))
    const asked = [...text.matchAll(/"api":\{"msg":"hello","sub":"([^"]+)"/g)].map(([, sub]) => sub)
    expect(asked).toEqual(known)
    server.api.responder = undefined
  })

  test('[RS14] several users on one connection at the same time get each their own', async () => {
    const calls = Array.from({ length: 40 }, (_, index) => USERS[index % USERS.length] ?? '')
    const answers = await Promise.all(
      calls.map((user) =>
        callForAnswer(server, { token: tokens.get(user) ?? '', args: { name: user } }),
      ),
    )
    expect(answers.map(({ text }) => text.split('\n')[0])).toEqual(calls.map(greetingFor))
  })
})
