import request from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Environment } from '../../../src/config/config.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'

describe('the HTTP layer', () => {
  let server: TestServer

  const open = async (environment: Environment = {}): Promise<void> => {
    server = await startMcpServer({ environment })
  }

  const withHost = async (host: string): Promise<number> =>
    (await request(server.origin).post('/mcp').set('Host', host)).status

  test('[RS21] a foreign Host is 403, those of this machine and of the list are not', async () => {
    await open({ ALLOWED_HOSTS: 'mcp.internal:3001 other.internal' })
    expect(await withHost('attacker.example')).toBe(403)
    expect(await withHost('localhost.attacker.example')).toBe(403)
    expect(await withHost('mcp.internal:3002')).toBe(403)
    expect(await withHost('mcp.internal:3001')).toBe(401)
    expect(await withHost('other.internal:1')).toBe(401)
    expect(await withHost('127.0.0.1')).toBe(401)
    expect(await withHost('LOCALHOST:1')).toBe(401)
    expect(await withHost('[::1]:1')).toBe(401)
  })

  test('[RS21] a foreign Origin is 403, null included; none at all passes', async () => {
    await open({ ALLOWED_ORIGINS: 'https://inspector.example.com' })
    const status = async (origin: string): Promise<number> =>
      (await postMcp(server.endpoint, callTool('whoami'), { headers: { Origin: origin } })).status
    expect(await status('https://attacker.example')).toBe(403)
    expect(await status('null')).toBe(403)
    expect(await status('http://localhost.attacker.example')).toBe(403)
    expect(await status('https://inspector.example.com')).toBe(401)
    expect(await status('http://localhost:6274')).toBe(401)
  })

  test('the edge away from loopback, local origins and hosts are foreign too', async () => {
    await open({ MCP_SERVER_URL: 'https://mcp.example.com' })
    expect(await withHost('localhost')).toBe(403)
    expect(await withHost('mcp.example.com')).toBe(401)
    expect(await withHost('mcp.example.com.')).toBe(403)
  })

  test('a browser client may send what it needs and read the challenge', async () => {
    await open()
    const origin = 'http://localhost:6274'
    const preflight = await request(server.origin).options('/mcp').set({
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers':
        'authorization,content-type,mcp-protocol-version,mcp-method,mcp-name,mcp-param-x',
    })
    expect(preflight.status).toBe(204)
    expect(preflight.get('access-control-allow-origin')).toBe(origin)
    expect(preflight.get('access-control-allow-headers')).toContain('mcp-param-x')
    expect(preflight.get('access-control-allow-credentials')).toBeUndefined()
    const refused = await postMcp(server.endpoint, callTool('whoami'), {
      headers: { Origin: origin },
    })
    expect(refused.get('access-control-allow-origin')).toBe(origin)
    const exposed = refused.get('access-control-expose-headers') ?? ''
    for (const name of [
      'WWW-Authenticate',
      'Mcp-Session-Id',
      'MCP-Protocol-Version',
      'Retry-After',
    ]) {
      expect(exposed).toContain(name)
    }
  })

  test('[RS02] metadata URLs come from the configuration, whatever Host and proxies say', async () => {
    await open({ MCP_SERVER_URL: 'https://mcp.example.com', ALLOWED_HOSTS: 'localhost' })
    const response = await postMcp(server.origin + '/mcp', callTool('whoami'), {
      headers: { 'X-Forwarded-Host': 'attacker.example', 'X-Forwarded-Proto': 'http' },
    })
    expect(response.get('www-authenticate')).toContain(
      'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"',
    )
  })

  test('answers carry security headers and an id of our own, and do not name the framework', async () => {
    await open()
    const { headers } = await postMcp(server.endpoint, callTool('whoami'), {
      headers: { 'X-Request-Id': 'chosen-by-the-client' },
    })
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'")
    expect(headers['cache-control']).toBe('no-store')
  })

  test('a body over the limit is 413, and a broken one 400 with a JSON-RPC parse error', async () => {
    await open({ MAX_BODY_BYTES: '2048' })
    const token = await server.mint()
    const big = await postMcp(server.endpoint, callTool('whoami', { x: 'x'.repeat(4_096) }), {
      token,
    })
    expect(big.status).toBe(413)
    const broken = await postMcp(server.endpoint, '{"jsonrpc":', { token })
    expect(broken.status).toBe(400)
    expect(broken.body).toMatchObject({ jsonrpc: '2.0', error: { code: -32700 } })
  })

  test('[RS30] the edge too many requests from one address are 429 before authentication', async () => {
    await open({ RATE_LIMIT_PER_ADDRESS: '3' })
    const statuses = []
    for (let i = 0; i < 5; i += 1) {
      statuses.push((await postMcp(server.endpoint, callTool('whoami'))).status)
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429])
    const refused = await postMcp(server.endpoint, callTool('whoami'))
    expect(Number(refused.get('retry-after'))).toBeGreaterThan(0)
  })

  test('the address is taken from proxies only as far as they are trusted', async () => {
    await open({ RATE_LIMIT_PER_ADDRESS: '1', TRUST_PROXY: '1' })
    const from = async (address: string): Promise<number> =>
      (
        await postMcp(server.endpoint, callTool('whoami'), {
          headers: { 'X-Forwarded-For': address },
        })
      ).status
    expect(await from('203.0.113.1')).toBe(401)
    expect(await from('203.0.113.2')).toBe(401)
    expect(await from('203.0.113.9, 203.0.113.1')).toBe(429)
    await server.close()
    await open({ RATE_LIMIT_PER_ADDRESS: '1' })
    expect(await from('203.0.113.1')).toBe(401)
    expect(await from('203.0.113.2')).toBe(429)
  })

  test('[RS30] one caller’s limit is nobody else’s', async () => {
    await open({ RATE_LIMIT_PER_CALLER: '2' })
    const call = async (sub: string): Promise<number> => {
      const token = await server.mint({ sub })
      return (await postMcp(server.endpoint, callTool('whoami'), { token })).status
    }
    expect([await call('a'), await call('a'), await call('a')]).toEqual([200, 200, 429])
    expect(await call('b')).toBe(200)
  })

  test('health needs no token and no known Host', async () => {
    await open()
    const response = await request(server.origin).get('/healthz')
    expect(response.body).toEqual({ status: 'ok' })
  })
})
