import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { answerWith, exchangeAsAsked } from '../../helpers/exchange-answers.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'

const probe = async ({ origin }: TestServer, path = '/readyz') => {
  const answer = await request(origin).get(path)
  return [answer.status, answer.body as unknown]
}
const READY = [200, { status: 'ready' }]
const notReady = (...reasons: string[]) => [503, { status: 'not_ready', reasons }]

describe('GET /readyz', () => {
  test('a server becomes ready by the probe itself, which fetches the keys, without a token and under any Host', async () => {
    const server = await startMcpServer({
      environment: { MCP_SERVER_URL: 'https://mcp.example.com' },
    })
    expect(server.issuer.requests).toEqual([])
    expect(await probe(server)).toEqual(READY)
    expect(server.issuer.requests.length).toBeGreaterThan(0)
  })

  test('GET /readyz is there below the path of the public URL as well', async () => {
    const server = await startMcpServer({
      environment: { MCP_SERVER_URL: 'http://localhost/tools/a' },
    })
    expect(await probe(server, '/tools/a/readyz')).toEqual(READY)
  })

  test('a server that never had the keys is not ready, says no more than that, and still is alive', async () => {
    const server = await startMcpServer()
    server.issuer.keysResponder = (_req, res) => res.writeHead(500).end('out of order')
    expect(await probe(server)).toEqual(notReady('keys_unavailable'))
    expect((await probe(server, '/healthz'))[0]).toBe(200)
  })

  test('an outage of the issuer does not end the readiness of a server that has the keys', async () => {
    const server = await startMcpServer()
    expect(await probe(server)).toEqual(READY)
    server.issuer.keysResponder = (_req, res) => res.writeHead(500).end()
    expect(await probe(server)).toEqual(READY)
  })

  test('a server whose client is refused at the token endpoint is not ready until an exchange succeeds', async () => {
    const server = await startMcpServer()
    const call = async (sub: string) =>
      postMcp(server.endpoint, callTool('greet'), { token: await server.mint({ sub }) })
    server.issuer.tokenResponder = (_request, res) => {
      answerWith(res, { error: 'invalid_client' }, 401)
    }
    await call('a')
    expect(await probe(server)).toEqual(notReady('exchange_refused'))
    server.issuer.tokenResponder = exchangeAsAsked(server.issuer)
    await call('b')
    expect(await probe(server)).toEqual(READY)
  })

  test('a server that stops is no longer ready, and still answers calls', async () => {
    const server = await startMcpServer()
    const token = await server.mint()
    expect(await probe(server)).toEqual(READY)
    server.announceStop()
    expect(await probe(server)).toEqual(notReady('stopping'))
    const answer = await postMcp(server.endpoint, callTool('whoami'), { token })
    expect(answer.status).toBe(200)
    expect((await probe(server, '/healthz'))[0]).toBe(200)
  })
})
