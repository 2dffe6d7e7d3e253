import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callTool,
  rpc,
  rpcAnswer,
  sessionHeaders,
  type TestResponse,
} from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { mintSubject } from '../helpers/tool-answer.js'

describe('a session and the tokens that come to it', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer({ environment: { MCP_SESSIONS: 'on' } })
  })
  afterAll(() => server.close())

  const resume = async (session: string, token: string, event: string): Promise<TestResponse> =>
    request(server.origin)
      .get('/mcp')
      .set({ Accept: 'text/event-stream', Authorization: `Bearer ${token}` })
      .set({ 'Last-Event-ID': event, ...sessionHeaders(session) })
  /** The first event of a call's stream. */
  const firstEventOf = ({ text }: TestResponse): string => /^id: (\S+)$/m.exec(text)?.[1] ?? ''

  test.each([
    ['a tool that calls the API', callTool('greet')],
    ['a tool that calls no API', callTool('whoami')],
    ['a batch', [callTool('whoami'), callTool('greet')]],
  ])(
    '[S16.6] a token without the scopes of the call reads no earlier answer by Last-Event-ID: %s',
    async (_, message) => {
      const full = await mintSubject(server)
      const session = await server.openSession(full)
      const event = firstEventOf(await server.within(session, full, message))
      expect(event).not.toBe('')
      for (const scope of ['tool:whoami', 'tool:greet', '', undefined]) {
        const less = await mintSubject(server, { scope })
        const refused = await resume(session, less, event)
        expect(refused.status).toBe(403)
        expect(refused.get('www-authenticate')).toMatch(
          /error="insufficient_scope".*scope="[^"]*tool:/,
        )
        expect(refused.text).not.toMatch(/Hello|auth0\|/)
      }
      const more = await mintSubject(server, { scope: 'tool:greet other tool:whoami' })
      const resumed = await resume(session, more, event)
      expect(resumed.status).toBe(200)
      expect(resumed.text).toMatch(/Hello|auth0\|/)
    },
  )

  test('[S16.6] a token without the permissions of the call reads no earlier answer either', async () => {
    const permissions = ['tool:greet', 'tool:whoami']
    const full = await mintSubject(server, { permissions })
    const session = await server.openSession(full)
    const event = firstEventOf(await server.within(session, full, callTool('greet')))
    for (const fewer of [['tool:whoami'], [], undefined]) {
      const less = await mintSubject(server, { permissions: fewer })
      const refused = await resume(session, less, event)
      expect(refused.status).toBe(403)
      expect(refused.get('www-authenticate')).toBeUndefined()
    }
    const again = await mintSubject(server, { permissions: [...permissions, 'more'] })
    expect((await resume(session, again, event)).status).toBe(200)
  })

  test('[S16.6] a call that a token with less made is resumed by a token with less, also after one with more', async () => {
    const less = await mintSubject(server, { scope: 'tool:whoami' })
    const session = await server.openSession(less)
    const event = firstEventOf(await server.within(session, less, callTool('whoami')))
    const full = await mintSubject(server)
    await server.within(session, full, callTool('greet'))
    const resumed = await resume(session, less, event)
    expect(resumed.status).toBe(200)
    const text = resumed.text
    expect(text).toContain('auth0|')
    expect(text).not.toContain('Hello')
  })

  test.each([
    ['an actor came in', undefined, { sub: 'agent-x' }],
    ['the actor left', { sub: 'agent-x' }, undefined],
    ['another actor acts', { sub: 'agent-x' }, { sub: 'agent-y' }],
    ['the chain grew', { sub: 'agent-x' }, { sub: 'agent-x', act: { sub: 'agent-y' } }],
  ])(
    '[S16.6] a session belongs to its actor too: where %s, it is not found',
    async (_, act, other) => {
      const opener = await mintSubject(server, { act })
      const session = await server.openSession(opener)
      const stranger = await mintSubject(server, { act: other })
      expect((await server.within(session, stranger, rpc('tools/list'))).status).toBe(404)
      const again = await mintSubject(server, { act })
      expect((await server.within(session, again, rpc('tools/list'))).status).toBe(200)
    },
  )

  test.each([
    ['a session of another user', { sub: 'auth0|mallory' }],
    ['a session of another client', { client_id: 'another-client' }],
  ])('[S16.6] nothing is exchanged for %s, or for one that never was', async (_, claims) => {
    const session = await server.openSession(await mintSubject(server))
    const thief = await mintSubject(server, { ...claims, jti: crypto.randomUUID() })
    const before = server.issuer.tokenRequests.length
    for (const id of [session, 'A'.repeat(43)]) {
      const answer = await server.within(id, thief, callTool('greet'))
      expect(answer.status).toBe(404)
      expect(rpcAnswer(answer)).toMatchObject({ error: { code: -32001 } })
    }
    expect(server.issuer.tokenRequests.length).toBe(before)
  })

  test('[S16.6] an answer of more than 256 KiB is not kept: the client that comes back is told', async () => {
    const token = await mintSubject(server)
    const session = await server.openSession(token)
    server.api.responder = (_req, res) => {
      const body = JSON.stringify({ msg: 'Z'.repeat(300_000), sub: 'auth0|alice', scopes: '' })
      res.writeHead(200, { 'Content-Type': 'application/json' }).end(body)
    }
    const message = callTool('greet')
    const answer = (await server.within(session, token, message)).text
    expect(answer).toContain('Z'.repeat(1_000))
    const event = /^id: (\S+)$/m.exec(answer)?.[1] ?? ''
    const resumed = (await resume(session, token, event)).text
    expect(resumed).toContain('too large to be kept')
    expect(resumed).toContain(`"id":${(message as { id: number }).id}`)
    expect(resumed).not.toContain('ZZZ')
    server.api.responder = undefined
  })
})
