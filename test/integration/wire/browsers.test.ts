import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callTool, mcpHeaders, postMcp, type PostOptions } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { TestIssuer } from '../../helpers/test-issuer.js'
import { modern, type RawAnswer, sendLines } from '../../helpers/wire.js'

const ORIGIN = 'https://inspector.example.com'
const ASKED = [
  'authorization',
  'content-type',
  'dpop',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-param-region',
  'mcp-protocol-version',
  'mcp-session-id',
  'traceparent',
]

describe('a client in a browser', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer({
      environment: {
        ALLOWED_ORIGINS: ORIGIN,
        ALLOWED_HOSTS: 'localhost',
        MCP_SERVER_URL: 'https://mcp.example.com',
        RATE_LIMIT_PER_CALLER: '0',
      },
    })
  })

  afterAll(() => server.close())

  const address = (): string => `${server.origin}/mcp`

  const preflight = (origin: string, method = 'POST'): Promise<RawAnswer> =>
    sendLines(address(), {
      method: 'OPTIONS',
      headers: [
        ['Origin', origin],
        ['Access-Control-Request-Method', method],
        ['Access-Control-Request-Headers', ASKED.join(',')],
      ],
    })

  const listOf = (value: string | undefined): string[] =>
    (value ?? '').split(',').map((entry) => entry.trim().toLowerCase())

  test.each(['POST', 'GET', 'DELETE'])(
    'a client in a browser may send %s with every header of the protocol, and no cookie',
    async (method) => {
      const { status, headers } = await preflight(ORIGIN, method)
      expect(status).toBe(204)
      expect(headers['access-control-allow-origin']).toBe(ORIGIN)
      expect(listOf(headers['access-control-allow-methods'])).toContain(method.toLowerCase())
      expect(listOf(headers['access-control-allow-headers'])).toEqual(ASKED)
      expect(headers['access-control-allow-credentials']).toBeUndefined()
      expect(listOf(headers.vary)).toEqual(
        expect.arrayContaining(['origin', 'access-control-request-headers']),
      )
    },
  )

  test.each(['https://attacker.example', 'null', `${ORIGIN}.attacker.example`, 'http://localhost'])(
    '[RS21] a client in a browser of the origin %s is let do nothing, before and after a preflight',
    async (origin) => {
      const asked = await preflight(origin)
      expect(asked.status).toBe(403)
      const token = await server.mint()
      const sent = await postMcp(address(), callTool('whoami'), {
        token,
        headers: { Origin: origin },
      })
      expect(sent.status).toBe(403)
      for (const name of ['access-control-allow-origin', 'access-control-expose-headers']) {
        expect([asked.headers[name], sent.get(name)]).toEqual([undefined, undefined])
      }
    },
  )

  test('a client in a browser can read every answer: a result, a stream, 401, 403, 404, 405, 413, 415 and 503', async () => {
    const token = await server.mint({ scope: 'tool:whoami' })
    const headers = { Origin: ORIGIN }
    const listen = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
    const unknown = modern('no/such')
    const send = (message: unknown, options: PostOptions, to: URL | string = address()) =>
      fetch(to, {
        method: 'POST',
        headers: mcpHeaders(options),
        body: typeof message === 'string' ? message : JSON.stringify(message),
      })
    // One of the answers is a stream that goes on.
    const answers = [
      await send(callTool('whoami'), { token, headers }),
      await send(listen.message, {
        token,
        headers: { ...listen.headers, ...headers },
      }),
      await send(callTool('whoami'), { headers }),
      await send(callTool('greet'), { token, headers }),
      await send(unknown.message, {
        token,
        headers: { ...unknown.headers, ...headers },
      }),
      await fetch(address(), { headers: { ...headers, Authorization: `Bearer ${token}` } }),
      await send(callTool('whoami', { x: 'x'.repeat(2_000_000) }), {
        token,
        headers,
      }),
      await send('x', {
        token,
        headers: { ...headers, 'Content-Type': 'text/plain' },
      }),
    ]
    const down = await TestIssuer.start()
    const cold = await startMcpServer({ issuer: down })
    const coldToken = await cold.mint()
    await down.close()
    const local = { Origin: 'http://localhost:6274' }
    const outage = await send(
      callTool('whoami'),
      { token: coldToken, headers: local },
      cold.endpoint,
    )
    expect([...answers, outage].map(({ status }) => status)).toEqual([
      200, 200, 401, 403, 404, 405, 413, 415, 503,
    ])
    for (const answer of [...answers, outage]) {
      const origin = answer === outage ? local.Origin : ORIGIN
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
      expect(listOf(answer.headers.get('vary') ?? '')).toContain('origin')
      expect(listOf(answer.headers.get('access-control-expose-headers') ?? '')).toEqual([
        'www-authenticate',
        'retry-after',
        'x-request-id',
        'mcp-session-id',
        'mcp-protocol-version',
        'dpop-nonce',
      ])
      await answer.body?.cancel()
    }
  })
})
