import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMcpServers } from '../../../src/server/mcp-servers.js'
import { createGetDatetime } from '../../../src/tools/get-datetime.js'
import { BOOKINGS } from '../../helpers/confirming-server.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { rpc } from '../../helpers/mcp-requests.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { startLibraryServer } from '../../helpers/start-library-server.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { unchangedTools } from '../../helpers/unchanged-tools.js'
import { modern, readUntilText, responseOf, sendLines, startCall } from '../../helpers/wire.js'

const listenCall = modern(
  'subscriptions/listen',
  { notifications: { toolsListChanged: true } },
  'sub-1',
)

/** Only the tools of a document can become others. */
const READ_AGAIN = { OPENAPI_DOCUMENT: BOOKINGS, DEMO_TOOLS: 'on' }

const END = {
  jsonrpc: '2.0',
  id: 'sub-1',
  result: {
    resultType: 'complete',
    _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub-1' },
  },
}

/** Everything until the stream ends. */
async function restOf(stream: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of stream as AsyncIterable<string>) text += chunk
  return text
}

describe('a subscription at the production server', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer({ environment: READ_AGAIN })
  })

  afterAll(() => server.close())

  const mint = (claims: Record<string, unknown> = {}): Promise<string> => server.mint(claims)

  const listen = async (token: string): Promise<IncomingMessage> =>
    responseOf(startCall(server.endpoint, { ...listenCall, token }))

  test('[RS12] a subscription at the production server begins with its acknowledgment, is not to be buffered, and is not for those without a token', async () => {
    const stream = await listen(await mint())
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    const begun = await readUntilText(stream, '\n\n')
    expect(begun).toContain('notifications/subscriptions/acknowledged')
    expect(begun).toContain('"io.modelcontextprotocol/subscriptionId":"sub-1"')
    stream.destroy()
    const { message, headers } = listenCall
    const lines = Object.entries({ ...headers, 'Content-Type': 'application/json' })
    const body = JSON.stringify(message)
    expect((await sendLines(server.endpoint, { headers: lines, body })).status).toBe(401)
  })

  test('[RS30] a subscription at the production server of one user leaves room for others: sixteen at a time, whatever their clients', async () => {
    const sub = 'auth0|greedy'
    const tokens = [await mint({ sub }), await mint({ sub, client_id: 'another-client' })]
    const streams = await Promise.all(
      Array.from({ length: 16 }, (_, index) => listen(tokens[index % 2] ?? '')),
    )
    expect(new Set(streams.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
    for (const token of tokens) expect((await listen(token)).statusCode).toBe(429)
    const reasons = server.log.named('request_refused').map(({ fields }) => fields['reason'])
    expect(reasons).toContain('too_many_streams')
    const bob = await listen(await mint({ sub: 'auth0|modest' }))
    expect(bob.statusCode).toBe(200)
    bob.destroy()
    streams[0]?.destroy()
    let again = await listen(tokens[0] ?? '')
    while (again.statusCode === 429) again = await listen(tokens[0] ?? '')
    for (const stream of [again, ...streams]) stream.destroy()
  })

  test('a subscription at the production server takes no place when it is refused or asks for nothing', async () => {
    const token = await mint({ sub: 'auth0|clumsy' })
    const nothing = modern('subscriptions/listen', { notifications: {} })
    const broken = modern('subscriptions/listen', {})
    for (let i = 0; i < 34; i += 1) {
      const call = startCall(server.endpoint, { ...(i % 2 === 0 ? nothing : broken), token })
      const response = await responseOf(call)
      expect(response.statusCode).toBe(200)
      await restOf(response.setEncoding('utf8'))
    }
  })

  test('a subscription at the production server ends in good order when the server stops', async () => {
    const stopping = await startMcpServer({ environment: READ_AGAIN })
    const token = await stopping.mint()
    const stream = await responseOf(startCall(stopping.endpoint, { ...listenCall, token }))
    await readUntilText(stream, 'acknowledged')
    stopping.drain()
    expect(messagesIn(await restOf(stream))).toContainEqual(END)
    await stopping.close()
  })

  test('[RS26] [RS29] server/discover needs a token and is nobody else’s to keep', async () => {
    const { message, headers } = modern('server/discover')
    const lines = Object.entries({ ...headers, 'Content-Type': 'application/json' })
    const body = JSON.stringify(message)
    expect((await sendLines(server.endpoint, { headers: lines, body })).status).toBe(401)
    const answer = await sendLines(server.endpoint, {
      headers: [...lines, ['Authorization', `Bearer ${await mint()}`]],
      body,
    })
    expect(JSON.parse(answer.text)).toMatchObject({
      result: {
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: {} },
        ttlMs: 0,
        cacheScope: 'private',
      },
    })
  })
})

describe('a subscription whose token expires', () => {
  const clock = new ManualClock(Date.now())
  let server: TestServer

  beforeAll(async () => {
    const tools = [createGetDatetime()]
    const { create } = createMcpServers({
      toolSets: unchangedTools(tools, { log: new RecordingLog(), canChange: true }),
      sessions: true,
    })
    const { clock: now, timers } = clock
    server = await startLibraryServer({
      route: { createServer: create, sessions: {}, clock: now, timers },
      tools,
    })
  })

  afterAll(() => server.close())

  const listenWith = async (expiresInSeconds: number): Promise<IncomingMessage> => {
    const { endpoint } = server
    const exp = Math.floor(clock.clock() / 1_000) + expiresInSeconds
    const token = await server.mint({ exp })
    const stream = await responseOf(startCall(endpoint, { ...listenCall, token }))
    await readUntilText(stream, 'acknowledged')
    return stream
  }

  test('[RS12] a subscription whose token expires ends with it, in good order, and no timer is left', async () => {
    const stream = await listenWith(600)
    expect(clock.pending).toBe(1)
    await clock.advance(600_000)
    expect(messagesIn(await restOf(stream))).toContainEqual(END)
    expect(clock.pending).toBe(0)
  })

  test('a subscription whose token expires in a hundred years is not ended at once, but after a day', async () => {
    const stream = await listenWith(100 * 365 * 86_400)
    await clock.advance(86_399_000)
    expect(clock.pending).toBe(1)
    await clock.advance(1_000)
    expect(messagesIn(await restOf(stream))).toContainEqual(END)
  })

  test('[RS12] [RS32] a subscription whose token expires in a session ends with it too, although the session goes on', async () => {
    const exp = Math.floor(clock.clock() / 1_000) + 600
    const token = await server.mint({ exp })
    const session = await server.openSession(token)
    const stream = await server.listen(session, token)
    await clock.advance(600_000)
    expect(await stream.text()).toBe(': open\n\n')
    const later = await server.mint()
    const next = await server.within(session, later, rpc('ping'))
    expect(next.status).toBe(200)
  })

  test('a subscription whose token expires leaves no timer when its client goes away before', async () => {
    const stream = await listenWith(86_400)
    stream.destroy()
    while (clock.pending > 0) await clock.advance(0)
  })
})

function messagesIn(text: string): unknown[] {
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data) as unknown)
}
