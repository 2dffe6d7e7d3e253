import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../../src/config/config.js'
import {
  callTool,
  openMcpDoor,
  postMcp,
  rpc,
  rpcAnswer,
  type McpDoor,
} from '../../helpers/mcp-door.js'
import { TestIssuer } from '../../helpers/test-issuer.js'
import { modern, sendLines } from '../../helpers/wire.js'

describe('the addresses of the server', () => {
  let issuer: TestIssuer
  let door: McpDoor

  const open = async (environment: Environment = {}): Promise<void> => {
    door = await openMcpDoor({ issuer: issuer.issuer, environment })
  }

  beforeEach(async () => {
    issuer = await TestIssuer.start()
  })

  afterEach(async () => {
    await Promise.all([door.close(), issuer.close()])
  })

  test('[case 41] a client that was given the base URL is told where the endpoint is', async () => {
    await open()
    for (const path of ['/', '/sse', '/mcp/v1', '/api/mcp']) {
      const answer = await postMcp(`${door.origin}${path}`, rpc('initialize'))
      expect(answer.status).toBe(404)
      expect(await answer.json()).toEqual({
        error: 'not_found',
        error_description: `There is nothing at this address. The MCP endpoint is ${door.endpoint.href}`,
      })
    }
  })

  test('[case 43] health has a second name, for platforms that keep /healthz to themselves', async () => {
    await open({ MCP_SERVER_URL: 'https://mcp.example.com' })
    for (const path of ['/healthz', '/health']) {
      const answer = await fetch(`${door.origin}${path}`)
      expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }])
    }
  })

  test('[case 42] under a path of its own, the server has all its addresses below that path too', async () => {
    await open({ MCP_SERVER_URL: 'http://localhost/tools/a' })
    const at = (path: string) => fetch(`${door.origin}${path}`)
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
    const refused = await postMcp(`${door.origin}/tools/a/mcp`, callTool('whoami'))
    expect(refused.headers.get('www-authenticate')).toContain(
      'resource_metadata="http://localhost/.well-known/oauth-protected-resource/tools/a/mcp"',
    )
    expect((await postMcp(`${door.origin}/mcp`, callTool('whoami'))).status).toBe(404)
  })

  test('[case 42] METADATA_LOCATION=path makes challenges name the metadata below that path', async () => {
    await open({ MCP_SERVER_URL: 'http://localhost/tools/a', METADATA_LOCATION: 'path' })
    const refused = await postMcp(`${door.origin}/tools/a/mcp`, callTool('whoami'))
    const named = 'http://localhost/tools/a/.well-known/oauth-protected-resource/mcp'
    expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="${named}"`)
    const path = new URL(named).pathname
    expect(await (await fetch(`${door.origin}${path}`)).json()).toMatchObject({
      resource: door.audience,
    })
  })

  test('[case 59] probes of clients are answered: the endpoint by any spelling, and no authorization server', async () => {
    await open()
    const token = await issuer.mint(door.audience)
    const authorization = [['Authorization', `Bearer ${token}`]] as const
    for (const method of ['HEAD', 'GET', 'DELETE']) {
      expect((await sendLines(door.endpoint, { method, headers: [] })).status).toBe(401)
      const answer = await sendLines(door.endpoint, { method, headers: authorization })
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'POST'])
    }
    const slash = await postMcp(`${door.endpoint.href}/`, callTool('whoami'), { token })
    expect([slash.status, slash.redirected]).toEqual([200, false])
    for (const path of ['oauth-authorization-server', 'openid-configuration']) {
      const answer = await fetch(`${door.origin}/.well-known/${path}`)
      expect([answer.status, await answer.json()]).toEqual([
        404,
        expect.objectContaining({ error: 'not_found' }),
      ])
    }
  })

  test('[case 49] [S16.9] HSTS binds this host and none of its subdomains', async () => {
    await open()
    for (const path of ['/healthz', '/mcp', '/', '/.well-known/oauth-protected-resource']) {
      const { headers } = await fetch(`${door.origin}${path}`)
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
    }
  })

  test('[S16.9] nobody may store an answer of the endpoint, whatever its revision and its outcome', async () => {
    await open()
    const token = await issuer.mint(door.audience)
    const call = modern('tools/call', { name: 'whoami', arguments: {} })
    const in2026 = await postMcp(door.endpoint, call.message, { token, headers: call.headers })
    expect([in2026.status, in2026.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(await rpcAnswer(in2026.clone())).toMatchObject({ result: {} })
    const in2025 = await postMcp(door.endpoint, callTool('whoami'), { token })
    const unknown = modern('no/such')
    const others = [
      await postMcp(door.endpoint, unknown.message, { token, headers: unknown.headers }),
      await postMcp(door.endpoint, { jsonrpc: '2.0', method: 'notifications/x' }, { token }),
      await postMcp(door.endpoint, '{', { token }),
      await postMcp(door.endpoint, callTool('whoami')),
      await fetch(door.endpoint, { headers: { Authorization: `Bearer ${token}` } }),
      await fetch(`${door.origin}/nowhere`),
    ]
    expect(in2025.headers.get('cache-control')).toBe('no-cache, no-transform')
    for (const { headers } of [in2026, ...others]) {
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })
})
