import fc from 'fast-check'
import { METHODS } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendRaw } from '../../attacks/raw-socket.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'

const PING = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })

describe('whatever the first line of a request says', () => {
  let server: TestServer
  let token: string

  beforeAll(async () => {
    server = await startMcpServer({
      environment: { RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_PER_CALLER: '0' },
    })
    token = await server.mint()
  })

  afterAll(() => server.close())

  /** A ping with a good token. */
  const send = (firstLine: string, host: string | undefined = server.endpoint.host) =>
    sendRaw(
      new URL(`http://127.0.0.1:${server.endpoint.port}`),
      [
        firstLine,
        ...(host === '' ? [] : [`Host: ${host}`]),
        `Authorization: Bearer ${token}`,
        'Content-Type: application/json',
        'Accept: application/json, text/event-stream',
        `Content-Length: ${PING.length}`,
        'Connection: close',
        '',
        PING,
      ].join('\r\n'),
    )

  test('[case 32] a whole URL is handled as its path, on every route', async () => {
    const called = await send(`POST ${server.endpoint.href} HTTP/1.1`)
    expect([called.status, called.body]).toEqual([200, expect.stringContaining('"result":{}')])
    for (const path of ['/healthz', '/', '/.well-known/oauth-protected-resource/mcp']) {
      expect((await send(`GET ${server.origin}${path} HTTP/1.1`)).status).toBe(200)
    }
    expect((await send(`GET ${server.origin}/nowhere HTTP/1.1`)).status).toBe(404)
    const https = await send(`POST ${server.endpoint.href.replace('http:', 'https:')} HTTP/1.1`)
    expect(https.status).toBe(200)
  })

  test('[case 32] the host in a URL is checked as a Host header is, which has to agree with it', async () => {
    const foreign = await send('POST http://evil.example/mcp HTTP/1.1', 'evil.example')
    expect(foreign.status).toBe(403)
    const hidden = await send('POST http://evil.example/mcp HTTP/1.1')
    expect(hidden.status).toBe(403)
    const claimed = await send(`POST ${server.endpoint.href} HTTP/1.1`, 'evil.example')
    expect(claimed.status).toBe(403)
    expect(server.log.named('request_refused').at(-1)?.fields).toMatchObject({
      reason: 'host_mismatch',
    })
    const without = await send(`POST ${server.endpoint.href} HTTP/1.0`, '')
    expect(without.status).toBe(200)
    const metadata = await send(
      'GET http://evil.example/.well-known/oauth-protected-resource/mcp HTTP/1.1',
      'evil.example',
    )
    expect(metadata.status).toBe(403)
  })

  test('[case 32] a token in the query of a URL is refused as anywhere', async () => {
    const answer = await send(`POST ${server.endpoint.href}?access_token=${token} HTTP/1.1`)
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      400,
      expect.stringContaining('invalid_request'),
    ])
  })

  test.each(['http://user@localhost/mcp', 'ftp://localhost/mcp', 'http:///mcp', 'mcp'])(
    '[case 32] %s is neither a path nor a URL of ours, and 400',
    async (target) => {
      expect((await send(`POST ${target} HTTP/1.1`)).status).toBe(400)
    },
  )

  test('[S16.8] TRACE with a good token is 405 and names what is allowed', async () => {
    const answer = await send('TRACE /mcp HTTP/1.1')
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST'])
    expect(answer.body).not.toContain(token)
  })

  test.each(METHODS)('[S16.8] the method %s never is an internal error', async (method) => {
    for (const target of [
      '/mcp',
      '*',
      server.endpoint.href,
      '/.well-known/oauth-protected-resource',
    ]) {
      const { status } = await send(`${method} ${target} HTTP/1.1`)
      expect(status === 'closed' ? 400 : status).toBeLessThan(500)
    }
  })

  test.each(['*', '//', '//mcp', '/%', '/mcp/%', '/mcp/%ff', '/%00', '/mcp?%', '/\\', '/mcp#x'])(
    '[case 59] the target %s ends nothing, and the server lives on',
    async (target) => {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        expect((await send(`${method} ${target} HTTP/1.1`)).status).toBeLessThan(500)
      }
      expect((await send('POST /mcp HTTP/1.1')).status).toBe(200)
    },
  )

  test('[case 32] [S16.8] no request target at all is an internal error', async () => {
    const target = fc.oneof(
      fc.webUrl(),
      fc.webUrl().map((url) => url.replace(/^https?:\/\/[^/]*/, server.origin)),
      fc.webPath().map((path) => `/mcp${path}`),
      fc
        .array(
          fc.constantFrom(
            '/',
            'mcp',
            '%',
            '%2e',
            '..',
            '?',
            '#',
            '@',
            ':',
            '*',
            '\\',
            'http:',
            server.origin,
          ),
        )
        .map((parts) => parts.join('')),
      fc.string({ unit: 'binary-ascii' }),
    )
    const method = fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'X')
    await fc.assert(
      fc.asyncProperty(method, target, async (verb, text) => {
        const { status } = await send(`${verb} ${text.replaceAll(/[\s]/g, '')} HTTP/1.1`)
        expect(status === 'closed' ? 400 : status).toBeLessThan(500)
      }),
      { numRuns: 200 },
    )
    expect(server.log.named('request_refused').map(({ fields }) => fields['code'])).not.toContain(
      'internal_error',
    )
  })
})
