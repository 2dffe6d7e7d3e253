import request from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Environment } from '../../../src/config/config.js'
import { callTool, postMcp, type TestResponse } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'

const EXTENSION = 'chrome-extension://abcdef'
const APP = 'https://app.example.com'
const METADATA = '/.well-known/oauth-protected-resource/mcp'

describe('web pages and other origins', () => {
  let server: TestServer

  const open = async (environment: Environment = {}): Promise<void> => {
    server = await startMcpServer({ environment })
  }

  const call = (origin: string): Promise<TestResponse> =>
    postMcp(server.endpoint, callTool('whoami'), { headers: { Origin: origin } })

  test('[case 34] a browser extension or a desktop application on the list is let in, as text', async () => {
    const listed = [EXTENSION, 'vscode-webview://1a2b', 'tauri://localhost', 'app://obsidian.md']
    await open({ ALLOWED_ORIGINS: listed.join(' ') })
    for (const origin of listed) {
      const answer = await call(origin)
      expect([answer.status, answer.get('access-control-allow-origin')]).toEqual([401, origin])
    }
    for (const origin of [`${EXTENSION}x`, `${EXTENSION}/`, 'tauri://LOCALHOST', 'null']) {
      expect((await call(origin)).status).toBe(403)
    }
  })

  test('[case 34] an extension that is not on the list stays out of a local server too', async () => {
    await open()
    expect((await call(EXTENSION)).status).toBe(403)
    expect((await call('tauri://localhost')).status).toBe(403)
  })

  test('[case 38] the log says what to do about an unknown Origin', async () => {
    await open()
    await call(APP)
    const [unknownOrigin] = server.log.named('request_refused').slice(-1)
    expect(unknownOrigin?.fields).toMatchObject({
      reason: 'origin_not_allowed',
      origin: APP,
      hint: expect.stringContaining('ALLOWED_ORIGINS') as string,
    })
  })

  test('[case 35] any web page may read the metadata, its preflight and its refusals included', async () => {
    await open({ RATE_LIMIT_PER_ADDRESS: '5' })
    expect((await call(APP)).status).toBe(403)
    const read = await request(server.origin).get(METADATA).set('Origin', APP)
    expect([read.status, read.get('access-control-allow-origin')]).toEqual([200, '*'])
    const preflight = await request(server.origin).options(METADATA).set({
      Origin: APP,
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'mcp-protocol-version',
    })
    expect(preflight.status).toBe(204)
    expect(preflight.get('access-control-allow-origin')).toBe('*')
    expect(preflight.get('access-control-allow-headers')).toBe('mcp-protocol-version')
    const statuses: number[] = []
    for (const method of ['post', 'head', 'get', 'get'] as const) {
      const answer = await request(server.origin)[method](METADATA).set('Origin', 'null')
      statuses.push(answer.status)
      expect(answer.get('access-control-allow-origin')).toBe('*')
      expect(answer.get('access-control-allow-credentials')).toBeUndefined()
    }
    expect(statuses).toEqual([405, 200, 200, 429])
  })

  test('[case 35] a foreign Host is refused for the metadata as well, and the page may read that', async () => {
    await open({ MCP_SERVER_URL: 'https://mcp.example.com', RATE_LIMIT_PER_ADDRESS: '2' })
    const statuses: number[] = []
    for (let i = 0; i < 3; i += 1) {
      const answer = await request(server.origin).get(METADATA).set('Origin', APP)
      statuses.push(answer.status)
      expect(answer.get('access-control-allow-origin')).toBe('*')
    }
    expect(statuses).toEqual([403, 403, 429])
  })
})
