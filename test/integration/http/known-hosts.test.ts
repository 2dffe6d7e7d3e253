import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendRaw } from '../../attacks/raw-socket.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'

describe('what the log says of a request that is refused', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer()
  })

  afterAll(() => server.close())

  const refused = async (target: string, lines: readonly string[]) => {
    const url = new URL(`http://127.0.0.1:${server.endpoint.port}`)
    const bytes = [`GET ${target} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n')
    const { status } = await sendRaw(url, bytes)
    return { status, fields: server.log.named('request_refused').at(-1)?.fields }
  }

  test.each(['mcp:3001', 'abc.ngrok-free.app', 'host.docker.internal:3001', '10.0.0.5:3001'])(
    '[case 38] a request that is refused for the Host %s is logged with the hint to set MCP_SERVER_URL or ALLOWED_HOSTS',
    async (host) => {
      const { status, fields } = await refused('/mcp', [`Host: ${host}`])
      expect(status).toBe(403)
      expect(fields).toMatchObject({ reason: 'host_not_allowed', host })
      expect(fields?.['hint']).toMatch(
        /MCP_SERVER_URL.*ALLOWED_HOSTS.*endpoint.*http\.allowedHosts/,
      )
    },
  )

  test('[S10] no token comes out of a path, an encoded path, a Host or an Origin', async () => {
    const token = await server.mint()
    const encoded = `%${Buffer.from(token).toString('hex').match(/../g)?.join('%') ?? ''}`
    const local = `Host: ${server.endpoint.host}`
    await refused(`/mcp/${token}`, ['Host: evil.example'])
    await refused(`/mcp/${encoded}`, ['Host: evil.example'])
    await refused(`/mcp/${encoded.replaceAll('%', '%25')}`, ['Host: evil.example'])
    await refused(`/mcp/%zz/${encoded}`, ['Host: evil.example'])
    await refused('/mcp', [local, `Origin: https://${encoded}.example`])
    await refused('/mcp', [`Host: ${encoded}.example`])
    await refused(`/mcp/%zz/${encoded.slice(0, 150)}`, ['Host: evil.example'])
    await refused('/mcp', [local, `Origin: https://${encoded.slice(0, 150)}.example`])
    await refused(`/mcp/x/${token}/y?z=${token}`, [local, 'Origin: https://evil.example'])
    await refused('/mcp', [`Host: ${token}`])
    await refused('/mcp', [local, `Origin: https://${token}.example`])
    await refused(`http://${token}/mcp`, [local])
    const label = token.slice(-43)
    await refused('/mcp', [`Host: ${label}.example`])
    await refused(`http://${label}.example/mcp`, [local])
    const text = JSON.stringify(server.log.lines).toLowerCase()
    const twice = encoded.slice(0, 72).replaceAll('%', '%25')
    for (const part of [...token.split('.'), encoded.slice(0, 72), twice, label]) {
      expect(text).not.toContain(part.toLowerCase())
    }
    expect(server.log.named('request_refused').length).toBeGreaterThanOrEqual(12)
  })

  test('[S10] a path of any length takes up to 200 characters of a log line', async () => {
    const { fields } = await refused(`/${'a/'.repeat(4_000)}`, ['Host: evil.example'])
    expect(String(fields?.['path']).length).toBeLessThanOrEqual(200)
    const long = await refused('/mcp', [`Host: ${'a.'.repeat(4_000)}`])
    expect(String(long.fields?.['host']).length).toBeLessThanOrEqual(200)
  })
})
