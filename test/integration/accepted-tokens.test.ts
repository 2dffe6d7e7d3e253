import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import type { MintOptions } from '../helpers/test-issuer.js'
import { sendRaw } from '../attacks/raw-socket.js'

/** What authorization servers write in other ways, and is right. */
describe('a token is accepted', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer()
  })

  afterAll(() => server.close())

  const now = Math.floor(Date.now() / 1_000)

  test.each<[string, MintOptions]>([
    ['with its client in azp alone', { claims: { client_id: undefined, azp: 'some-client' } }],
    ['without typ', { header: { typ: undefined } }],
    ['of typ AT+JWT', { header: { typ: 'AT+JWT' } }],
    ['of typ application/at+jwt', { header: { typ: 'application/at+jwt' } }],
    ['that expires between two seconds', { claims: { exp: now + 600.5 } }],
    ['without iat', { claims: { iat: undefined } }],
    ['whose iat is ahead', { claims: { iat: now + 60 } }],
    ['with double spaces in scope', { claims: { scope: ' tool:whoami  tool:greet ' } }],
  ])('[case 63] a token is accepted %s', async (_what, options) => {
    const token = await server.issuer.mint(server.audience, options)
    expect((await postMcp(server.endpoint, callTool('whoami'), { token })).status).toBe(200)
  })

  test.each([
    ['alone in a list', 1],
    ['twice in a list', 2],
  ])('[case 63] a token is accepted whose audience stands %s', async (_what, times) => {
    const aud = Array.from({ length: times }, () => server.audience)
    const token = await server.mint({ aud })
    expect((await postMcp(server.endpoint, callTool('whoami'), { token })).status).toBe(200)
  })

  test('[case 63] a token is accepted whatever X-Forwarded-Host says, and it is refused for whom it is not', async () => {
    const headers = { 'X-Forwarded-Host': 'evil.example' }
    const token = await server.mint()
    const options = { token, headers }
    expect((await postMcp(server.endpoint, callTool('whoami'), options)).status).toBe(200)
    const challenge = await postMcp(server.endpoint, callTool('whoami'), { headers })
    expect(challenge.get('www-authenticate')).toContain(server.origin)
    expect(challenge.get('www-authenticate')).not.toContain('evil.example')
  })

  test('[case 63] a token is accepted over HTTP/1.0', async () => {
    const token = await server.mint()
    const body = JSON.stringify(callTool('whoami'))
    const lines = [
      'POST /mcp HTTP/1.0',
      `Host: ${server.endpoint.host}`,
      'Content-Type: application/json',
      'Accept: application/json, text/event-stream',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `Authorization: Bearer ${token}`,
    ]
    const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
    expect((await sendRaw(server.endpoint, bytes, [])).status).toBe(200)
  })
})
