import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

describe('what one request may hold', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer()
  })

  afterAll(() => server.close())

  test('[RS30] a batch of 51 messages is refused, one of 50 is not', async () => {
    const token = await server.mint()
    const batch = (length: number): object[] => Array.from({ length }, () => callTool('whoami'))
    expect((await postMcp(server.endpoint, batch(51), { token })).status).toBe(400)
    expect((await postMcp(server.endpoint, batch(50), { token })).status).toBe(200)
  })

  test('[RS30] another client buys a user no more requests', async () => {
    const few = await startMcpServer({
      environment: { RATE_LIMIT_PER_CALLER: '6' },
    })
    const statuses = []
    for (let index = 0; index < 7; index += 1) {
      const claims = { sub: 'auth0|noisy', client_id: `client-${index}` }
      const token = await few.mint(claims)
      statuses.push((await postMcp(few.endpoint, callTool('whoami'), { token })).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429])
  })

  test('[RS30] a user has so many requests under way and no more, through all clients together', async () => {
    const few = await startMcpServer({
      environment: { CONCURRENCY_PER_CALLER: '2', MCP_SESSIONS: 'on' },
    })
    const tokenOf = (sub: string, client_id: string): Promise<string> =>
      few.mint({ sub, client_id })
    const listen = async (client: string): Promise<Response> => {
      const token = await tokenOf('auth0|noisy', client)
      return few.listen(await few.openSession(token), token)
    }
    const streams = [await listen('a'), await listen('b')]
    const token = await tokenOf('auth0|noisy', 'c')
    const refused = await postMcp(few.endpoint, callTool('whoami'), { token })
    expect(refused.status).toBe(429)
    expect(refused.get('retry-after')).toBe('1')
    const other = await tokenOf('auth0|quiet', 'a')
    expect((await postMcp(few.endpoint, callTool('whoami'), { token: other })).status).toBe(200)
    few.drain()
    await Promise.all(streams.map((stream) => stream.text()))
    expect((await postMcp(few.endpoint, callTool('whoami'), { token })).status).toBe(200)
  })

  test.each([
    ['a request', { jsonrpc: '2.0', id: 'x'.repeat(257), method: 'ping' }],
    [
      'a batch',
      [
        { jsonrpc: '2.0', id: 1, method: 'ping' },
        { jsonrpc: '2.0', id: 'x'.repeat(257), method: 'ping' },
      ],
    ],
    [
      'a cancellation',
      {
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: 'x'.repeat(257) },
      },
    ],
  ])('[RS30] an id of 257 characters in %s is refused, one of 256 is not', async (_, message) => {
    const token = await server.mint({ sub: 'auth0|long' })
    const shorter = JSON.stringify(message).replace('xx', 'x')
    expect((await postMcp(server.endpoint, message, { token })).status).toBe(400)
    expect([200, 202]).toContain((await postMcp(server.endpoint, shorter, { token })).status)
  })

  test('an unknown path is 404 in JSON and echoes nothing', async () => {
    const response = await request(server.origin).get('/%3Cscript%3E')
    expect(response.status).toBe(404)
    const text = response.text
    expect(JSON.parse(text)).toMatchObject({ error: 'not_found' })
    expect(text).not.toMatch(/%3C|<script/)
  })
})
