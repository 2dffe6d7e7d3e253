import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorHandler, jsonBody, limitByCaller } from 'mcp-on-behalf-of'
import { serve } from '../../src/server/serve.js'
import { createAuthInfo } from '../../src/identity/auth-context.js'
import { callerFromClaims } from '../../src/identity/caller.js'
import { Secret } from '../../src/secret.js'
import {
  callTool,
  openMcpDoor,
  postMcp,
  rpc,
  rpcAnswer,
  type McpDoor,
} from '../helpers/mcp-door.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { initialize, sessionHeaders } from '../helpers/session-door.js'
import { TestIssuer } from '../helpers/test-issuer.js'

const members = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]))

describe('what a request body may cost', () => {
  let issuer: TestIssuer
  let door: McpDoor

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    door = await openMcpDoor({ issuer: issuer.issuer, environment: { MCP_SESSIONS: 'on' } })
  })

  afterAll(async () => {
    await Promise.all([door.close(), issuer.close()])
  })

  const send = (
    body: string | Uint8Array<ArrayBuffer>,
    { token, to = door, headers = {}, method = 'POST' }: SendOptions,
  ): Promise<Response> =>
    fetch(to.endpoint, {
      method,
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        Authorization: `Bearer ${token}`,
        ...headers,
      },
      body,
    })

  interface SendOptions {
    readonly token: string
    readonly to?: McpDoor
    readonly headers?: Record<string, string>
    readonly method?: string
  }

  test.each([
    ['in an initialization', rpc('initialize', { capabilities: { experimental: members(95_00) } })],
    ['in _meta', rpc('tools/call', { name: 'whoami', arguments: {}, _meta: members(8_500) })],
    ['in a batch', [rpc('ping'), rpc('ping', { _meta: members(5_000) })]],
    ['in an answer of the client', { jsonrpc: '2.0', id: 1, result: members(5_000) }],
  ])(
    '[S2] a body with more members than the SDK is quick with is refused: %s',
    async (_, message) => {
      const token = await issuer.mint(door.audience, { claims: { sub: randomUUID() } })
      const refused = await postMcp(door.endpoint, message, { token })
      expect(refused.status).toBe(400)
      expect(await rpcAnswer(refused)).toMatchObject({
        error: { message: expect.stringMatching(/may have 1000 members at the most/) as string },
      })
      const opened = await postMcp(door.endpoint, initialize(), { token })
      await rpcAnswer(opened)
      const headers = sessionHeaders(opened.headers.get('mcp-session-id') ?? '')
      for (const method of ['POST', 'DELETE']) {
        const within = await send(JSON.stringify(message), { token, method, headers })
        expect(within.status).toBe(400)
        await within.text()
      }
    },
  )

  test('[S2] a body may have 256 KiB, also where it comes compressed', async () => {
    const token = await issuer.mint(door.audience, { claims: { sub: randomUUID() } })
    const body = (bytes: number): string => {
      const text = JSON.stringify(callTool('whoami', { x: '' }))
      return text.replace('"x":""', `"x":"${'x'.repeat(bytes - text.length)}"`)
    }
    const zipped = { 'Content-Encoding': 'gzip' }
    expect((await send(body(262_144), { token })).status).toBe(200)
    expect((await send(body(262_145), { token })).status).toBe(413)
    const small = gzipSync(body(262_144))
    expect((await send(new Uint8Array(small), { token, headers: zipped })).status).toBe(200)
    const bomb = new Uint8Array(gzipSync(body(20_000_000)))
    expect(bomb.byteLength).toBeLessThan(30_000)
    expect((await send(bomb, { token, headers: zipped })).status).toBe(413)
  })

  test.each<[string, (bytes: number) => string | Uint8Array<ArrayBuffer>, Record<string, string>]>([
    ['sent as they are', (bytes) => JSON.stringify('x'.repeat(bytes - 2)), {}],
    [
      'compressed, as they are after decompression',
      (bytes) => new Uint8Array(gzipSync(JSON.stringify('x'.repeat(bytes - 2)))),
      { 'Content-Encoding': 'gzip' },
    ],
    [
      'in which each value outside of arguments counts as 256',
      () => JSON.stringify(rpc('ping', { x: Array.from({ length: 150 }, () => 1) })),
      {},
    ],
    ['that are no JSON', (bytes) => '{'.repeat(bytes), {}],
  ])('[S2] the bytes of a minute are bounded for each user: %s', async (_, body, headers) => {
    const few = await openMcpDoor({
      issuer: issuer.issuer,
      environment: { BODY_BYTES_PER_CALLER: '100000' },
    })
    try {
      const token = await issuer.mint(few.audience, { claims: { sub: 'auth0|noisy' } })
      const statuses = []
      for (let count = 0; count < 5; count += 1) {
        const response = await send(body(40_000), { token, to: few, headers })
        await response.text()
        statuses.push(response.status)
      }
      expect(statuses.slice(0, 2)).not.toContain(429)
      expect(statuses.slice(2)).toEqual([429, 429, 429])
      const refused = await postMcp(few.endpoint, callTool('whoami'), { token })
      expect(refused.status).toBe(429)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await refused.text()).toContain('request bodies of this minute are too large together')
      const warnings = few.log
        .named('request_refused')
        .filter(({ level, fields }) => level === 'warn' && fields['code'] === 'rate_limited')
      expect(warnings.map(({ fields }) => fields['subject'])).toEqual(['auth0|noisy'])
      const other = await issuer.mint(few.audience, { claims: { sub: 'auth0|quiet' } })
      expect((await postMcp(few.endpoint, callTool('whoami'), { token: other })).status).toBe(200)
    } finally {
      await few.close()
    }
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
    const server = await serve({ host: '127.0.0.1', port: 0, handler: app, drainMs: 50 })
    try {
      const post = async (body: unknown): Promise<number> => {
        const headers = { 'Content-Type': 'application/json' }
        const init = { method: 'POST', headers, body: JSON.stringify(body) }
        const response = await fetch(`http://127.0.0.1:${server.port}/`, init)
        await response.text()
        return response.status
      }
      expect([await post([1, 2, 3]), await post([1, 2, 3, 4, 5]), await post([1, 2])]).toEqual([
        200, 429, 200,
      ])
      expect([await post(['x'.repeat(3_000)]), await post([])]).toEqual([429, 429])
    } finally {
      await server.close()
    }
  })
})
