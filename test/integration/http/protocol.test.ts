import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { postMcp, rpc, rpcAnswer, sessionHeaders } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { readUntilText } from '../../helpers/wire.js'

describe.each([
  ['without sessions', 'off'],
  ['with sessions', 'on'],
] as const)('the protocol, %s', (_, sessions) => {
  let server: TestServer
  let token: string

  beforeAll(async () => {
    server = await startMcpServer({ environment: { MCP_SESSIONS: sessions } })
    token = await server.mint()
  })

  afterAll(() => server.close())

  const post = (message: unknown, headers: Readonly<Record<string, string>> = {}) =>
    postMcp(server.endpoint, message, { token, headers })

  test('[case 62] an unknown revision at initialize leads to 2025-11-25', async () => {
    for (const protocolVersion of ['1999-01-01', '2099-01-01', 'x']) {
      const clientInfo = { name: 'test', version: '1' }
      const answer = await post(
        rpc('initialize', { protocolVersion, capabilities: {}, clientInfo }),
      )
      expect(rpcAnswer(answer)).toMatchObject({ result: { protocolVersion: '2025-11-25' } })
    }
  })

  test('[case 62] an unknown MCP-Protocol-Version is 400', async () => {
    expect((await post(rpc('ping'), { 'MCP-Protocol-Version': '1999-01-01' })).status).toBe(400)
  })

  test('[case 62] ping, an id of 0, a batch, an unknown method and notification are answered', async () => {
    expect(rpcAnswer(await post(rpc('ping')))).toMatchObject({ result: {} })
    const zero = { jsonrpc: '2.0', id: 0, method: 'ping' }
    expect(rpcAnswer(await post(zero))).toMatchObject({ id: 0, result: {} })
    expect(rpcAnswer(await post(rpc('no/such')))).toMatchObject({ error: { code: -32601 } })
    const batch = (await post([rpc('ping'), rpc('ping')])).text
    expect(batch.match(/"result":\{\}/g)).toHaveLength(2)
    expect((await post({ jsonrpc: '2.0', method: 'notifications/no-such' })).status).toBe(202)
  })

  test('[case 62] a stale session id is ignored without sessions, and 404 with', async () => {
    const answer = await post(rpc('ping'), sessionHeaders('gone'))
    expect(answer.status).toBe(sessions === 'on' ? 404 : 200)
  })
})

describe('a stream that waits for notifications', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer({ environment: { MCP_SESSIONS: 'on' } })
  })

  afterAll(() => server.close())

  test('[case 60] a stream that waits for notifications is open at once, is kept alive each 15 seconds, and is not to be buffered', async () => {
    const token = await server.mint()
    const session = await server.openSession(token)
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const started = get(server.endpoint, {
      agent: false,
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${token}`,
        ...sessionHeaders(session),
      },
    })
    started.on('error', () => undefined)
    const [stream] = (await once(started, 'response')) as [IncomingMessage]
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    expect(await readUntilText(stream, '\n\n')).toBe(': open\n\n')
    for (let i = 0; i < 2; i += 1) {
      vi.advanceTimersByTime(15_000)
      expect(await readUntilText(stream, '\n\n')).toBe(': keepalive\n\n')
    }
    started.destroy()
  })
})
