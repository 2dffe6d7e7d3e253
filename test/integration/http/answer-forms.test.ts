import { McpServer } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { callTool, initialize, rpc, sessionHeaders } from '../../helpers/mcp-requests.js'
import { startLibraryServer } from '../../helpers/start-library-server.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { modern, type RawAnswer, sendLines } from '../../helpers/wire.js'

const STREAM = 'text/event-stream'
const JSON_TYPE = 'application/json'

interface Sent {
  readonly endpoint: URL
  readonly token: string
  readonly message: object
  /** Header lines; none sends no Accept header at all. */
  readonly accept: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

const send = ({ endpoint, token, message, accept, headers = {} }: Sent): Promise<RawAnswer> =>
  sendLines(endpoint, {
    headers: [
      ['Content-Type', JSON_TYPE],
      ['Authorization', `Bearer ${token}`],
      ...accept.map((value) => ['Accept', value] as const),
      ...Object.entries(headers),
    ],
    body: JSON.stringify(message),
  })

const typeOf = ({ headers }: RawAnswer): string | undefined =>
  headers['content-type']?.split(';')[0]

describe('the form of an answer, without sessions', () => {
  let server: TestServer
  let token: string

  const createServer = (): McpServer => {
    const mcp = new McpServer({ name: 'counting', version: '1.0.0' })
    mcp.registerTool('count', { inputSchema: z.object({}) }, async (_input, { mcpReq }) => {
      for (const progress of [1, 2]) {
        const params = { progressToken: 'p', progress, total: 2 }
        await mcpReq.notify({ method: 'notifications/progress', params })
      }
      return { content: [{ type: 'text', text: 'counted\n\ndata: done' }] }
    })
    return mcp
  }

  beforeAll(async () => {
    const tools = [{ name: 'count', requiredScopes: ['tool:whoami'] }]
    server = await startLibraryServer({ route: { createServer }, tools })
    token = await server.issuer.mint(server.endpoint.href)
  })

  afterAll(() => server.close())

  const in2025 = (accept: readonly string[], message: object = callTool('count')) =>
    send({ endpoint: server.endpoint, token, message, accept })
  const in2026 = (accept: readonly string[]) =>
    send({
      ...{ endpoint: server.endpoint, token, accept },
      ...modern('tools/call', { name: 'count', arguments: {}, _meta: { progressToken: 'p' } }),
    })

  test.each([
    { accept: [] },
    { accept: [''] },
    { accept: ['*/*'] },
    { accept: ['*/*;q=0.1'] },
    { accept: ['application/json, text/event-stream'] },
    { accept: ['APPLICATION/JSON,Text/Event-Stream'] },
    { accept: [JSON_TYPE, STREAM] },
    { accept: ['application/*, text/*'] },
    { accept: ['text/html, */*;q=0.8'] },
    { accept: ['text/event-stream; charset=utf-8, application/json; charset="utf-8"'] },
    { accept: ['text/event-stream;q=0.5, application/json;q=0.1'] },
    { accept: [STREAM] },
    { accept: ['text/*'] },
    { accept: ['text/event-stream, application/json;q=0'] },
    { accept: ['*/*, application/json;q=0'] },
  ])(
    '[case 31] the form of an answer, without sessions is an event stream where Accept allows one: $accept',
    async ({ accept }) => {
      const answer = await in2025(accept)
      expect([answer.status, typeOf(answer)]).toEqual([200, STREAM])
      expect(answer.text).toContain('"progress":2')
      expect(answer.text).toContain('"result"')
    },
  )

  test.each([
    { accept: [JSON_TYPE] },
    { accept: ['application/*'] },
    { accept: ['application/json; charset=utf-8'] },
    { accept: ['application/json, text/html'] },
    { accept: ['application/json, text/event-stream;q=0'] },
    { accept: ['*/*, text/event-stream; q=0'] },
    { accept: ['application/json', 'text/event-stream;q=0.0'] },
  ])(
    '[case 31] the form of an answer, without sessions is JSON where Accept allows nothing else: $accept',
    async ({ accept }) => {
      for (const answer of [await in2025(accept), await in2026(accept)]) {
        expect([answer.status, typeOf(answer)]).toEqual([200, JSON_TYPE])
        expect(JSON.parse(answer.text)).toMatchObject({
          result: { content: [{ text: 'counted\n\ndata: done' }] },
        })
        expect(answer.headers['cache-control']).toBe('no-store')
      }
    },
  )

  test('[case 31] the form of an answer, without sessions is an event stream of 2026-07-28 as well, where Accept allows nothing else', async () => {
    const call = modern('tools/list')
    const answer = await send({ endpoint: server.endpoint, token, accept: [STREAM], ...call })
    expect([answer.status, typeOf(answer)]).toEqual([200, STREAM])
    expect(answer.text).toMatch(/^event: message\ndata: \{.*"result".*\}\n\n$/)
    const failed = await send({
      ...{ endpoint: server.endpoint, token, accept: [STREAM] },
      ...modern('no/such'),
    })
    expect([failed.status, typeOf(failed)]).toEqual([404, JSON_TYPE])
  })

  test.each([
    { accept: ['text/html'] },
    { accept: ['image/*'] },
    { accept: ['application/json;q=0, text/event-stream;q=0'] },
    { accept: ['*/*;q=0'] },
    { accept: ['application/json-seq'] },
    { accept: ['nonsense'] },
  ])(
    '[case 31] the form of an answer, without sessions is 406 where Accept allows neither, and the answer says what to send: $accept',
    async ({ accept }) => {
      for (const answer of [await in2025(accept), await in2026(accept)]) {
        expect(answer.status).toBe(406)
        expect(answer.text).toContain('Accept: application/json, text/event-stream')
      }
    },
  )

  test('[case 31] a batch is answered in JSON by a list, a notification by nothing', async () => {
    const batch = await in2025([JSON_TYPE], [rpc('ping'), callTool('count')])
    expect((JSON.parse(batch.text) as unknown[]).length).toBe(2)
    const one = await in2025([JSON_TYPE], [rpc('ping')])
    expect(JSON.parse(one.text)).toEqual([expect.objectContaining({ result: {} })])
    const notified = await in2025([JSON_TYPE], { jsonrpc: '2.0', method: 'notifications/x' })
    expect([notified.status, notified.text]).toEqual([202, ''])
    const unknown = await in2025([JSON_TYPE], rpc('no/such'))
    expect(JSON.parse(unknown.text)).toMatchObject({ error: { code: -32601 } })
  })

  test('[case 31] a subscription, which only a stream can answer, is 406 to a client that takes none', async () => {
    const listen = modern('subscriptions/listen', { notifications: {} })
    const answer = await send({ endpoint: server.endpoint, token, accept: [JSON_TYPE], ...listen })
    expect(answer.status).toBe(406)
    expect(answer.text).toContain('accept text/event-stream')
  })
})

describe('the form of an answer, in a session', () => {
  let server: TestServer
  let token: string

  beforeAll(async () => {
    server = await startMcpServer({ environment: { MCP_SESSIONS: 'on' } })
    token = await server.mint()
  })

  afterAll(() => server.close())

  test.each([
    { accept: [JSON_TYPE], type: JSON_TYPE },
    { accept: [STREAM], type: STREAM },
    { accept: ['*/*'], type: STREAM },
    { accept: [], type: STREAM },
  ])(
    '[case 31] the form of an answer, in a session with Accept $accept is $type, from the handshake on',
    async ({ accept, type }) => {
      const { endpoint } = server
      const opened = await send({ endpoint, token, accept, message: initialize() })
      expect([opened.status, typeOf(opened)]).toEqual([200, type])
      const session = String(opened.headers['mcp-session-id'])
      const headers = sessionHeaders(session)
      const called = await send({ endpoint, token, accept, headers, message: callTool('whoami') })
      expect([called.status, typeOf(called)]).toEqual([200, type])
      expect(called.text).toContain('auth0|alice')
    },
  )

  test.each([['*/*'], ['text/*'], [undefined]])(
    '[case 31] the stream of a session opens with Accept %s',
    async (accept) => {
      const session = await server.openSession(token)
      const headers = { Authorization: `Bearer ${token}`, ...sessionHeaders(session) }
      const aborter = new AbortController()
      const stream = await fetch(server.endpoint, {
        headers: accept === undefined ? headers : { ...headers, Accept: accept },
        signal: aborter.signal,
      })
      expect([stream.status, stream.headers.get('content-type')]).toEqual([200, STREAM])
      aborter.abort()
    },
  )

  test('[case 31] the stream of a session is 406 to a client that takes JSON alone', async () => {
    const session = await server.openSession(token)
    const answer = await server.listen(session, token, { Accept: JSON_TYPE })
    expect(answer.status).toBe(406)
  })
})
