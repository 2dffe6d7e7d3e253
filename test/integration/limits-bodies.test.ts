import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import express from 'express'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorHandler, jsonBody, limitByCaller } from 'mcp-on-behalf-of'
import { createAuthInfo } from '../../src/identity/auth-context.js'
import { callerFromClaims } from '../../src/identity/caller.js'
import { Secret } from '../../src/secret.js'
import {
  callTool,
  initialize,
  mcpHeaders,
  postMcp,
  rpc,
  rpcAnswer,
  sessionHeaders,
} from '../helpers/mcp-requests.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

const members = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]))

describe('what a request body may cost', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer({ environment: { MCP_SESSIONS: 'on' } })
  })

  afterAll(() => server.close())

  test.each([
    ['in an initialization', rpc('initialize', { capabilities: { experimental: members(95_00) } })],
    ['in _meta', rpc('tools/call', { name: 'whoami', arguments: {}, _meta: members(8_500) })],
    ['in a batch', [rpc('ping'), rpc('ping', { _meta: members(5_000) })]],
    ['in an answer of the client', { jsonrpc: '2.0', id: 1, result: members(5_000) }],
  ])(
    '[S2] a body with more members than the SDK is quick with is refused: %s',
    async (_, message) => {
      const token = await server.mint({ sub: randomUUID() })
      const refused = await postMcp(server.endpoint, message, { token })
      expect(refused.status).toBe(400)
      expect(rpcAnswer(refused)).toMatchObject({
        error: { message: expect.stringMatching(/may have 1000 members at the most/) as string },
      })
      const opened = await postMcp(server.endpoint, initialize(), { token })
      const headers = sessionHeaders(opened.get('mcp-session-id') ?? '')
      for (const method of ['post', 'delete'] as const) {
        const within = await request(server.origin)
          [method]('/mcp')
          .set(mcpHeaders({ token, headers }))
          .send(JSON.stringify(message))
        expect(within.status).toBe(400)
      }
    },
  )

  test('[S2] a body may have 256 KiB, also where it comes compressed', async () => {
    const token = await server.mint({ sub: randomUUID() })
    const body = (bytes: number): string => {
      const text = JSON.stringify(callTool('whoami', { x: '' }))
      return text.replace('"x":""', `"x":"${'x'.repeat(bytes - text.length)}"`)
    }
    const zipped = { 'Content-Encoding': 'gzip' }
    const send = async (sent: string | Buffer, headers = {}): Promise<number> =>
      (await postMcp(server.endpoint, sent, { token, headers })).status
    expect(await send(body(262_144))).toBe(200)
    expect(await send(body(262_145))).toBe(413)
    expect(await send(gzipSync(body(262_144)), zipped)).toBe(200)
    const bomb = gzipSync(body(20_000_000))
    expect(bomb.byteLength).toBeLessThan(30_000)
    expect(await send(bomb, zipped)).toBe(413)
  })

  test.each<[string, (bytes: number) => string | Buffer, Record<string, string>]>([
    ['sent as they are', (bytes) => JSON.stringify('x'.repeat(bytes - 2)), {}],
    [
      'compressed, as they are after decompression',
      (bytes) => gzipSync(JSON.stringify('x'.repeat(bytes - 2))),
      { 'Content-Encoding': 'gzip' },
    ],
    [
      'in which each value outside of arguments counts as 256',
      () => JSON.stringify(rpc('ping', { x: Array.from({ length: 150 }, () => 1) })),
      {},
    ],
    ['that are no JSON', (bytes) => '{'.repeat(bytes), {}],
  ])('[S2] the bytes of a minute are bounded for each user: %s', async (_, body, headers) => {
    const few = await startMcpServer({ environment: { BODY_BYTES_PER_CALLER: '100000' } })
    const token = await few.mint({ sub: 'auth0|noisy' })
    const statuses = []
    for (let count = 0; count < 5; count += 1) {
      const response = await postMcp(few.endpoint, body(40_000), { token, headers })
      statuses.push(response.status)
    }
    expect(statuses.slice(0, 2)).not.toContain(429)
    expect(statuses.slice(2)).toEqual([429, 429, 429])
    const refused = await postMcp(few.endpoint, callTool('whoami'), { token })
    expect(refused.status).toBe(429)
    expect(Number(refused.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.text).toContain('request bodies of this minute are too large together')
    const warnings = few.log
      .named('request_refused')
      .filter(({ level, fields }) => level === 'warn' && fields['code'] === 'rate_limited')
    expect(warnings.map(({ fields }) => fields['subject'])).toEqual(['auth0|noisy'])
    const other = await few.mint({ sub: 'auth0|quiet' })
    expect((await postMcp(few.endpoint, callTool('whoami'), { token: other })).status).toBe(200)
  })

  test('[S3] where another parser comes first, messages and bytes count as well', async () => {
    const endpoint = new URL('http://mcp.example/mcp')
    const claims = { iss: 'https://as.example/', sub: 'alice', client_id: 'c', exp: 4_000_000_000 }
    const app = express()
    app.use(express.json())
    app.use((req, _res, next) => {
      const auth = createAuthInfo({
        ...{ caller: callerFromClaims(claims), subjectToken: new Secret('t'), requestId: 'r' },
        ...{ resource: endpoint.href, challenges: { resourceMetadataUrl: endpoint } },
      })
      Object.assign(req, { auth })
      next()
    })
    app.use(limitByCaller({ perMinute: 7, bytesPerMinute: 4_000 }), jsonBody(10_000))
    app.use((_req: express.Request, res: express.Response) => res.end())
    app.use(
      errorHandler({ resourceMetadataUrl: endpoint, baselineScopes: [], log: new RecordingLog() }),
    )
    const post = async (body: object): Promise<number> =>
      (await request(app).post('/').send(body)).status
    expect([await post([1, 2, 3]), await post([1, 2, 3, 4, 5]), await post([1, 2])]).toEqual([
      200, 429, 200,
    ])
    expect([await post(['x'.repeat(3_000)]), await post([])]).toEqual([429, 429])
  })
})
