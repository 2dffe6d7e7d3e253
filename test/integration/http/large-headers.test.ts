import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'

describe('a large access token', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer()
  })

  afterAll(() => server.close())

  const withGroups = (bytes: number) => server.mint({ groups: 'g'.repeat(bytes) })

  test('[case 40] a large access token of 13 KB is accepted, also beside other large headers', async () => {
    const token = await withGroups(9_500)
    expect(token.length).toBeGreaterThan(13_000)
    const headers = { Traceparent: 'x', Baggage: 'y'.repeat(8_000) }
    const answer = await postMcp(server.endpoint, callTool('whoami'), { token, headers })
    expect(answer.status).toBe(200)
  })

  test('[case 40] a large access token over 16 KiB is told to be too long, and how long it may be', async () => {
    const token = await withGroups(13_000)
    expect(token.length).toBeGreaterThan(17_500)
    const answer = await postMcp(server.endpoint, callTool('whoami'), { token })
    expect(answer.status).toBe(400)
    expect(answer.text).toMatch(/access token is too long.*16384 characters at the most/)
  })

  test('[case 40] a large access token over 32 KiB is told how much all headers together may have', async () => {
    const token = 'x'.repeat(40_000)
    const answer = await postMcp(server.endpoint, callTool('whoami'), { token })
    expect(answer.status).toBe(431)
    expect(answer.body).toMatchObject({
      error: 'headers_too_large',
      error_description: expect.stringContaining('32768 bytes') as string,
    })
  })
})
