import request from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Environment } from '../../../src/config/config.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { modern, sendLines } from '../../helpers/wire.js'

describe('the addresses of the server', () => {
  let server: TestServer

  const open = async (environment: Environment = {}): Promise<void> => {
    server = await startMcpServer({ environment })
  }

  test('[case 41] a client that was given the base URL is told where the endpoint is', async () => {
    await open()
    for (const path of ['/', '/sse', '/mcp/v1', '/api/mcp']) {
      const answer = await postMcp(`${server.origin}${path}`, rpc('initialize'))
      expect(answer.status).toBe(404)
      expect(answer.body).toEqual({
        error: 'not_found',
        error_description: `There is nothing at this address. The MCP endpoint is ${server.endpoint.href}`,
      })
    }
  })

  test('[case 43] health has a second name, for platforms that keep /healthz to themselves', async () => {
    await open({ MCP_SERVER_URL: 'https://mcp.example.com' })
    for (const path of ['/healthz', '/health']) {
      const answer = await request(server.origin).get(path)
      expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }])
    }
  })

  test('[case 42] the addresses of the server under a path of its own, the server has all its addresses below that path too', async () => {
    await open({ MCP_SERVER_URL: 'http://localhost/tools/a' })
    const at = (path: string) => request(server.origin).get(path)
    for (const path of [
      '/.well-known/oauth-protected-resource/tools/a/mcp',
      '/.well-known/oauth-protected-resource',
      '/tools/a/.well-known/oauth-protected-resource/mcp',
      '/tools/a/.well-known/oauth-protected-resource',
      '/tools/a/healthz',
      '/tools/a/health',
      '/healthz',
    ]) {
      expect([path, (await at(path)).status]).toEqual([path, 200])
    }
    const refused = await postMcp(`${server.origin}/tools/a/mcp`, callTool('whoami'))
    expect(refused.get('www-authenticate')).toContain(
      'resource_metadata="http://localhost/.well-known/oauth-protected-resource/tools/a/mcp"',
    )
    expect((await postMcp(`${server.origin}/mcp`, callTool('whoami'))).status).toBe(404)
  })

  test('[case 42] METADATA_LOCATION=path makes challenges name the metadata below that path', async () => {
    await open({ MCP_SERVER_URL: 'http://localhost/tools/a', METADATA_LOCATION: 'path' })
    const refused = await postMcp(`${server.origin}/tools/a/mcp`, callTool('whoami'))
    const named = 'http://localhost/tools/a/.well-known/oauth-protected-resource/mcp'
    expect(refused.get('www-authenticate')).toContain(`resource_metadata="${named}"`)
    const path = new URL(named).pathname
    expect((await request(server.origin).get(path)).body).toMatchObject({
      resource: server.audience,
    })
  })

  test('[case 59] probes of clients are answered: the endpoint by any spelling, and no authorization server', async () => {
    await open()
    const token = await server.mint()
    const authorization = [['Authorization', `Bearer ${token}`]] as const
    for (const method of ['HEAD', 'GET', 'DELETE']) {
      expect((await sendLines(server.endpoint, { method, headers: [] })).status).toBe(401)
      const answer = await sendLines(server.endpoint, { method, headers: authorization })
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'POST'])
    }
    const slash = await postMcp(`${server.endpoint.href}/`, callTool('whoami'), { token })
    expect([slash.status, slash.redirects]).toEqual([200, []])
    for (const path of ['oauth-authorization-server', 'openid-configuration']) {
      const answer = await request(server.origin).get(`/.well-known/${path}`)
      expect([answer.status, answer.body]).toEqual([
        404,
        expect.objectContaining({ error: 'not_found' }),
      ])
    }
  })

  test('[case 49] [S16.9] HSTS binds this host and none of its subdomains', async () => {
    await open()
    for (const path of ['/healthz', '/mcp', '/', '/.well-known/oauth-protected-resource']) {
      const { headers } = await request(server.origin).get(path)
      expect(headers['strict-transport-security']).toBe('max-age=31536000')
    }
  })

  test('[S16.9] nobody may store an answer of the endpoint, whatever its revision and its outcome', async () => {
    await open()
    const token = await server.mint()
    const call = modern('tools/call', { name: 'whoami', arguments: {} })
    const in2026 = await postMcp(server.endpoint, call.message, { token, headers: call.headers })
    expect([in2026.status, in2026.get('content-type')]).toEqual([200, 'application/json'])
    expect(rpcAnswer(in2026)).toMatchObject({ result: {} })
    const in2025 = await postMcp(server.endpoint, callTool('whoami'), { token })
    const unknown = modern('no/such')
    const others = [
      await postMcp(server.endpoint, unknown.message, { token, headers: unknown.headers }),
      await postMcp(server.endpoint, { jsonrpc: '2.0', method: 'notifications/x' }, { token }),
      await postMcp(server.endpoint, '{', { token }),
      await postMcp(server.endpoint, callTool('whoami')),
      await request(server.origin).get('/mcp').set('Authorization', `Bearer ${token}`),
      await request(server.origin).get('/nowhere'),
    ]
    expect(in2025.get('cache-control')).toBe('no-cache, no-transform')
    for (const { headers } of [in2026, ...others]) {
      expect(headers['cache-control']).toBe('no-store')
    }
  })
})
