import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openMcpDoor, postMcp, rpc, rpcAnswer } from '../helpers/mcp-door.js'
import {
  initialize,
  openSessionDoor,
  readUntil,
  sessionHeaders,
  type SessionDoor,
} from '../helpers/session-door.js'

describe('sessions of 2025 clients', () => {
  let doors: SessionDoor
  let token: string

  beforeEach(async () => {
    doors = await openSessionDoor()
    token = await doors.issuer.mint(doors.door.audience, { claims: { scope: 'tool:whoami' } })
  })

  afterEach(() => doors.close())

  const toolsIn = async (session: string, withToken: string): Promise<string[]> => {
    const { result } = await rpcAnswer(await doors.within(session, withToken, rpc('tools/list')))
    return (result as { tools: { name: string }[] }).tools.map((tool) => tool.name)
  }

  test('are off unless a setting says otherwise', async () => {
    const plain = await openMcpDoor({ issuer: doors.issuer.issuer })
    try {
      const own = await doors.issuer.mint(plain.audience)
      const response = await postMcp(plain.endpoint, initialize(), { token: own })
      expect(response.status).toBe(200)
      expect(response.headers.get('mcp-session-id')).toBeNull()
      const listen = await fetch(plain.endpoint, {
        headers: { Accept: 'text/event-stream', Authorization: `Bearer ${own}` },
      })
      expect(listen.status).toBe(405)
    } finally {
      await plain.close()
    }
  })

  test('serve call after call, with a renewed token too', async () => {
    const session = await doors.openSession(token)
    expect(await toolsIn(session, token)).toEqual(['get_datetime', 'whoami'])
    const renewed = await doors.issuer.mint(doors.door.audience, {
      claims: { scope: 'tool:whoami' },
    })
    expect(await toolsIn(session, renewed)).toEqual(['get_datetime', 'whoami'])
  })

  test('[RS12] [RS32] are no sign-in: each request needs its own valid token', async () => {
    const session = await doors.openSession(token)
    const bare = await postMcp(doors.door.endpoint, rpc('tools/list'), {
      headers: sessionHeaders(session),
    })
    expect(bare.status).toBe(401)
    const expired = await doors.issuer.mint(doors.door.audience, { claims: { exp: 1_000 } })
    expect((await doors.within(session, expired, rpc('tools/list'))).status).toBe(401)
  })

  test('a token with more scope shows more tools, and the client is told', async () => {
    const session = await doors.openSession(token)
    const stream = await doors.listen(session, token)
    const more = await doors.issuer.mint(doors.door.audience)
    expect(await toolsIn(session, more)).toEqual(['get_datetime', 'greet', 'whoami'])
    expect(await readUntil(stream, 'list_changed')).toContain('notifications/tools/list_changed')
    const call = rpc('tools/call', { name: 'greet', arguments: {} })
    expect((await doors.within(session, token, call)).status).toBe(403)
  })

  test('[RS22] an unknown id is 404, and so is one that the client has ended', async () => {
    expect((await doors.within('unknown', token, rpc('tools/list'))).status).toBe(404)
    const session = await doors.openSession(token)
    const ended = await fetch(doors.door.endpoint, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${token}`, ...sessionHeaders(session) },
    })
    expect(ended.status).toBe(200)
    const after = await doors.within(session, token, rpc('tools/list'))
    expect(after.status).toBe(404)
    expect(await rpcAnswer(after)).toMatchObject({ error: { code: -32001 } })
  })

  test('a client that lost its stream gets what it missed', async () => {
    const session = await doors.openSession(token)
    const answer = await doors.within(session, token, rpc('tools/list'))
    const [, first = ''] = /^id: (\S+)$/m.exec(await answer.text()) ?? []
    const resumed = await doors.listen(session, token, { 'Last-Event-ID': first })
    expect(resumed.status).toBe(200)
    expect(await resumed.text()).toContain('"tools"')
  })

  test('a failed handshake leaves no session behind', async () => {
    const few = await openSessionDoor({ SESSION_LIMIT: '1' })
    try {
      const own = await few.issuer.mint(few.door.audience)
      const refused = await postMcp(few.door.endpoint, initialize(), {
        token: own,
        headers: { Accept: 'text/plain' },
      })
      expect(refused.status).toBe(406)
      await few.openSession(own)
      const bob = await few.issuer.mint(few.door.audience, { claims: { sub: 'auth0|bob' } })
      const beyond = await postMcp(few.door.endpoint, initialize(), { token: bob })
      expect(beyond.status).toBe(503)
      expect(beyond.headers.get('retry-after')).toBe('60')
    } finally {
      await few.close()
    }
  })

  test('a request without a session is answered as if there were none', async () => {
    const response = await postMcp(doors.door.endpoint, rpc('tools/list'), { token })
    expect(response.status).toBe(200)
    expect(response.headers.get('mcp-session-id')).toBeNull()
  })

  test('a 2026 request has no session, whatever id it carries', async () => {
    const message = rpc('tools/list', {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    })
    const response = await postMcp(doors.door.endpoint, message, {
      token,
      headers: {
        'MCP-Protocol-Version': '2026-07-28',
        'Mcp-Method': 'tools/list',
        'Mcp-Session-Id': 'anything',
      },
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('mcp-session-id')).toBeNull()
  })

  test('a client that lost its stream finds its place free at once', async () => {
    const session = await doors.openSession(token)
    const lost = await doors.listen(session, token)
    await lost.body?.cancel()
    const statuses: number[] = []
    // Round trips, while the server learns that the connection is gone; not a matter of seconds.
    while (statuses.at(-1) !== 200 && statuses.length < 50) {
      const again = await doors.listen(session, token)
      statuses.push(again.status)
      if (again.status === 409) await again.text()
    }
    expect(statuses.at(-1)).toBe(200)
  })

  test('a stream that waits for news does not hold up a server that stops', async () => {
    const session = await doors.openSession(token)
    const stream = await doors.listen(session, token)
    doors.door.drain()
    expect(await stream.text()).toBe(': open\n\n')
  })
})
