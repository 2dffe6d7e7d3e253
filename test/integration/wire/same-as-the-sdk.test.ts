import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BareSdk, startBareSdk } from '../../helpers/bare-sdk.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { messageIn, type RawAnswer, type RawRequest, sendLines } from '../../helpers/wire.js'
import {
  foreignTypeCases,
  JSON_TEXT,
  messageCases,
  PING,
  post,
  transportCases,
  type,
  versionCases,
  type Case,
} from './cases.js'

describe('our middleware in front of the SDK', () => {
  let server: TestServer
  let bare: BareSdk
  let token: string

  beforeAll(async () => {
    const unlimited = { RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_PER_CALLER: '0' }
    // The SDK alone lists tools without it.
    const environment = { ...unlimited, TOOL_SECURITY_SCHEMES: 'off' }
    server = await startMcpServer({ environment })
    bare = await startBareSdk()
    token = await server.mint()
  })

  afterAll(async () => {
    await Promise.all([server.close(), server.issuer.close(), bare.close()])
  })

  const withToken = (request: RawRequest): RawRequest => ({
    ...request,
    headers: [...request.headers, ['Authorization', `Bearer ${token}`]],
  })

  const check = async ({ request, wants }: Case): Promise<void> => {
    const [ours, theirs] = [
      await sendLines(server.endpoint, withToken(request)),
      await sendLines(bare.endpoint, request),
    ]
    expect(protocolOf(ours)).toEqual(protocolOf(theirs))
    const [status, code] = wants
    const error = messageIn(ours)?.['error'] as { code?: number } | undefined
    expect([ours.status, error?.code]).toEqual([status, code])
  }

  test.each(versionCases)(
    '[RS22] [RS23] a client with a good token is answered as by the SDK alone: $title',
    check,
  )

  test.each(messageCases)(
    '[RS22] [RS23] a client with a good token is answered as by the SDK alone: $title',
    check,
  )

  test.each(transportCases)(
    'a client with a good token is answered as by the SDK alone: $title',
    check,
  )

  test.each(foreignTypeCases)('$title is refused by both', async ({ request, wants }) => {
    for (const [endpoint, sent] of [
      [server.endpoint, withToken(request)],
      [bare.endpoint, request],
    ] as const) {
      const answer = await sendLines(endpoint, sent)
      const error = messageIn(answer)?.['error'] as { code?: number } | undefined
      expect([answer.status, error?.code]).toEqual(wants)
    }
  })

  test.each(['{"jsonrpc":', `${JSON_TEXT}${JSON_TEXT}`])(
    'the broken JSON %j is a parse error to both',
    async (body) => {
      for (const [endpoint, request] of [
        [server.endpoint, withToken(post(body))],
        [bare.endpoint, post(body)],
      ] as const) {
        const answer = await sendLines(endpoint, request)
        expect(answer.status).toBe(400)
        expect(messageIn(answer)).toMatchObject({ id: null, error: { code: -32700 } })
      }
    },
  )

  test('an empty body is refused by both', async () => {
    const ours = await sendLines(server.endpoint, withToken(post('')))
    const theirs = await sendLines(bare.endpoint, post(''))
    expect([ours.status, theirs.status]).toEqual([400, 400])
  })

  test('a byte order mark, which the SDK alone refuses, does no harm', async () => {
    expect((await sendLines(server.endpoint, withToken(post(`\ufeff${JSON_TEXT}`)))).status).toBe(
      200,
    )
  })

  test.each(['gzip', 'GZIP'])('a body sent as %s is read', async (coding) => {
    const request = post(gzipSync(JSON_TEXT), [['Content-Encoding', coding]])
    expect((await sendLines(server.endpoint, withToken(request))).status).toBe(200)
  })

  test('a small body that unfolds beyond the limit is 413', async () => {
    const bomb = gzipSync(JSON.stringify({ ...PING, params: { x: 'x'.repeat(20_000_000) } }))
    expect(bomb.byteLength).toBeLessThan(30_000)
    const request = post(bomb, [['Content-Encoding', 'gzip']])
    expect((await sendLines(server.endpoint, withToken(request))).status).toBe(413)
  })

  test.each([
    ['a broken compression', [['Content-Encoding', 'gzip']], -32000],
    ['an unknown compression', [['Content-Encoding', 'zstd']], -32000],
    ['a compression twice', [['Content-Encoding', 'gzip, gzip']], -32000],
  ] as const)('%s is 400', async (_, lines, code) => {
    const answer = await sendLines(server.endpoint, withToken(post(JSON_TEXT, lines)))
    expect(answer.status).toBe(400)
    expect(messageIn(answer)).toMatchObject({ id: null, error: { code } })
  })

  test('a charset other than those of JSON is 400, and the answer says what to send', async () => {
    const request = post(PING, [], type('application/json; charset=latin1'))
    const answer = await sendLines(server.endpoint, withToken(request))
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('UTF-8')
  })

  test.each(['/mcp/', '/MCP', '/mcp?x=1', '/mcp?method=tools/list'])(
    'the address %s needs the same token',
    async (path) => {
      const address = `${server.origin}${path}`
      expect((await sendLines(address, post(PING))).status).toBe(401)
      expect((await sendLines(address, withToken(post(PING)))).status).toBe(200)
    },
  )

  test.each(['//mcp', '/mcp;x', '/mcp%2f', '/mcp/x', '/mcp%00', '/%6dcp/..'])(
    'the address %s has nothing behind it',
    async (path) => {
      const answer = await sendLines(`${server.origin}${path}`, withToken(post(PING)))
      expect(answer.status).toBe(404)
    },
  )

  test.each(['GET', 'DELETE', 'HEAD', 'PUT', 'PATCH'])(
    '[RS12] %s without a token is 401, not 405',
    async (method) => {
      const answer = await sendLines(server.endpoint, { method, headers: [] })
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toContain('resource_metadata=')
    },
  )
})

/** What the protocol says in an answer, without what stands around it. A tool's result differs: the SDK's tools are dummies. */
function protocolOf(answer: RawAnswer): object {
  const { status, headers } = answer
  const message = messageIn(answer)
  const result = message?.['result'] as { content?: unknown } | undefined
  return {
    status,
    type: headers['content-type']?.split(';')[0],
    allow: headers.allow,
    // The SDK says nothing about storing answers that are no streams; we forbid it.
    cacheControl: headers['cache-control'] === 'no-store' ? undefined : headers['cache-control'],
    buffering: headers['x-accel-buffering'],
    session: headers['mcp-session-id'],
    message: result?.content === undefined ? message : { ...message, result: 'of a tool' },
  }
}
