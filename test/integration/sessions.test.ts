import request from 'supertest'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  initialize,
  postMcp,
  readUntil,
  rpc,
  rpcAnswer,
  sessionHeaders,
} from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

describe('sessions of 2025 clients', () => {
  let server: TestServer
  let token: string

  beforeEach(async () => {
    server = await startMcpServer({ environment: { MCP_SESSIONS: 'on' } })
    token = await server.mint({ scope: 'tool:whoami' })
  })

  const toolsIn = async (session: string, withToken: string): Promise<string[]> => {
    const { result } = rpcAnswer(await server.within(session, withToken, rpc('tools/list')))
    return (result as { tools: { name: string }[] }).tools.map((tool) => tool.name)
  }

  test('sessions of 2025 clients are off unless a setting says otherwise', async () => {
    const plain = await startMcpServer()
    const own = await plain.mint()
    const response = await postMcp(plain.endpoint, initialize(), { token: own })
    expect(response.status).toBe(200)
    expect(response.get('mcp-session-id')).toBeUndefined()
    const listen = await request(plain.origin)
      .get('/mcp')
      .set({ Accept: 'text/event-stream', Authorization: `Bearer ${own}` })
    expect(listen.status).toBe(405)
  })

  test('sessions of 2025 clients serve call after call, with a renewed token too', async () => {
    const session = await server.openSession(token)
    expect(await toolsIn(session, token)).toEqual(['get_datetime', 'whoami'])
    const renewed = await server.mint({ scope: 'tool:whoami' })
    expect(await toolsIn(session, renewed)).toEqual(['get_datetime', 'whoami'])
  })

  test('[RS12] [RS32] sessions of 2025 clients are no sign-in: each request needs its own valid token', async () => {
    const session = await server.openSession(token)
    const bare = await postMcp(server.endpoint, rpc('tools/list'), {
      headers: sessionHeaders(session),
    })
    expect(bare.status).toBe(401)
    const expired = await server.mint({ exp: 1_000 })
    expect((await server.within(session, expired, rpc('tools/list'))).status).toBe(401)
  })

  test('a token with more scope shows more tools, and the client is told', async () => {
    const session = await server.openSession(token)
    const stream = await server.listen(session, token)
    const more = await server.mint()
    expect(await toolsIn(session, more)).toEqual(['get_datetime', 'greet', 'whoami'])
    expect(await readUntil(stream, 'list_changed')).toContain('notifications/tools/list_changed')
    const call = rpc('tools/call', { name: 'greet', arguments: {} })
    expect((await server.within(session, token, call)).status).toBe(403)
  })

  test('[RS22] an unknown id is 404, and so is one that the client has ended', async () => {
    expect((await server.within('unknown', token, rpc('tools/list'))).status).toBe(404)
    const session = await server.openSession(token)
    const ended = await server.endSession(session, token)
    expect(ended.status).toBe(200)
    const after = await server.within(session, token, rpc('tools/list'))
    expect(after.status).toBe(404)
    expect(rpcAnswer(after)).toMatchObject({ error: { code: -32001 } })
  })

  test('a client that lost its stream gets what it missed', async () => {
    const session = await server.openSession(token)
    const answer = await server.within(session, token, rpc('tools/list'))
    const [, first = ''] = /^id: (\S+)$/m.exec(answer.text) ?? []
    const resumed = await server.listen(session, token, { 'Last-Event-ID': first })
    expect(resumed.status).toBe(200)
    expect(await resumed.text()).toContain('"tools"')
  })

  test('a failed handshake leaves no session behind', async () => {
    const few = await startMcpServer({
      environment: { MCP_SESSIONS: 'on', MAX_SESSIONS: '1' },
    })
    const own = await few.mint()
    const refused = await postMcp(few.endpoint, initialize(), {
      token: own,
      headers: { Accept: 'text/plain' },
    })
    expect(refused.status).toBe(406)
    await few.openSession(own)
    const bob = await few.mint({ sub: 'auth0|bob' })
    const beyond = await postMcp(few.endpoint, initialize(), { token: bob })
    expect(beyond.status).toBe(503)
    expect(beyond.get('retry-after')).toBe('60')
  })

  test('a request without a session is answered as if there were none', async () => {
    const response = await postMcp(server.endpoint, rpc('tools/list'), { token })
    expect(response.status).toBe(200)
    expect(response.get('mcp-session-id')).toBeUndefined()
  })

  test('a 2026 request has no session, whatever id it carries', async () => {
    const message = rpc('tools/list', {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    })
    const response = await postMcp(server.endpoint, message, {
      token,
      headers: {
        'MCP-Protocol-Version': '2026-07-28',
        'Mcp-Method': 'tools/list',
        'Mcp-Session-Id': 'anything',
      },
    })
    expect(response.status).toBe(200)
    expect(response.get('mcp-session-id')).toBeUndefined()
  })

  test('a client that lost its stream finds its place free at once', async () => {
    const session = await server.openSession(token)
    const lost = await server.listen(session, token)
    await lost.body?.cancel()
    const statuses: number[] = []
    // Round trips, while the server learns that the connection is gone; not a matter of seconds.
    while (statuses.at(-1) !== 200 && statuses.length < 50) {
      const again = await server.listen(session, token)
      statuses.push(again.status)
      if (again.status === 409) await again.text()
    }
    expect(statuses.at(-1)).toBe(200)
  })

  test('a stream that waits for notifications does not hold up a server that stops', async () => {
    const session = await server.openSession(token)
    const stream = await server.listen(session, token)
    server.drain()
    expect(await stream.text()).toBe(': open\n\n')
  })
})
