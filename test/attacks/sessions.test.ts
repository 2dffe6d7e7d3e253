import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  initialize,
  postMcp,
  readUntil,
  rpc,
  rpcAnswer,
  sessionHeaders,
} from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

const THIEVES = [
  ['another user', { sub: 'auth0|mallory' }],
  ['the same user through a client of the thief', { client_id: 'client-of-mallory' }],
  ['the same user in another organization', { org_id: 'org_mallory' }],
] as const

type Probe = readonly [method: string, message: object | undefined]

const PROBES: readonly Probe[] = [
  ['POST', rpc('tools/list')],
  ['POST', rpc('tools/call', { name: 'whoami', arguments: {} })],
  ['POST', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }],
  ['POST', { jsonrpc: '2.0', id: 0, result: { action: 'accept', content: {} } }],
  ['POST', [rpc('tools/list'), rpc('ping')]],
  ['POST', initialize()],
  ['GET', undefined],
  ['DELETE', undefined],
]

/** Everything of an answer that a thief could learn from. */
async function learnt(response: Response): Promise<object> {
  const headers = [...response.headers].filter(([name]) => !/^(?:x-request-id|date)$/.test(name))
  const body = (await response.text()).replace(/"requestId":"[^"]*"/, '')
  return { status: response.status, headers, body }
}

describe('[RS32] a stolen session id', () => {
  let server: TestServer
  let owner: string
  let session: string
  let stream: Response

  beforeAll(async () => {
    server = await startMcpServer({ environment: { MCP_SESSIONS: 'on' } })
    owner = await server.mint({ scope: 'tool:whoami' })
    session = await server.openSession(owner)
    stream = await server.listen(session, owner)
  })

  afterAll(() => server.close())

  const probe = (
    [method, message]: Probe,
    token: string | undefined,
    id: string,
  ): Promise<Response> =>
    fetch(server.endpoint, {
      method,
      headers: {
        Accept: 'application/json, text/event-stream',
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...sessionHeaders(id),
      },
      ...(message === undefined ? {} : { body: JSON.stringify(message) }),
    })

  describe.each(THIEVES)('in the hands of %s', (_, claims) => {
    test.each(PROBES)('is worth nothing, and cannot be told from a guess: %s %j', async (...it) => {
      const thief = await server.mint(claims)
      const stolen = await learnt(await probe(it, thief, session))
      expect(stolen).toMatchObject({ status: 404 })
      expect(stolen).toEqual(await learnt(await probe(it, thief, 'A'.repeat(43))))
    })
  })

  test.each(PROBES)('is worth nothing without a token: %s %j', async (...it) => {
    expect((await probe(it, undefined, session)).status).toBe(401)
  })

  test('does not resume the stream of its owner', async () => {
    const thief = await server.mint({ sub: 'auth0|mallory' })
    for (const event of ['0', '1', '2']) {
      const response = await server.listen(session, thief, { 'Last-Event-ID': event })
      expect(response.status).toBe(404)
    }
  })

  test('an event id of one session replays nothing in another', async () => {
    const own = await server.openSession(owner)
    const answer = await server.within(own, owner, rpc('tools/list'))
    const events = [...answer.text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id)
    const mallory = await server.mint({ sub: 'auth0|mallory', scope: '' })
    const other = await server.openSession(mallory)
    for (const event of events) {
      const response = await server.listen(other, mallory, { 'Last-Event-ID': event ?? '' })
      expect(response.text).not.toContain('whoami')
    }
  })

  test('is not taken over from a client: it cannot choose the id of its session', async () => {
    const chosen = 'chosen-by-the-attacker-0000000000000000000'
    const message = initialize()
    const response = await probe(['POST', message], owner, chosen)
    expect(response.status).toBe(404)
    const opened = await postMcp(server.endpoint, initialize(), { token: owner })
    expect(opened.get('mcp-session-id')).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect((await server.within(chosen, owner, rpc('ping'))).status).toBe(404)
  })

  test.each([
    ['twice', (id: string) => `${id}, ${id}`],
    ['with spaces inside', (id: string) => `${id} x`],
  ])('counts only as it was given out: %s', async (_, spoilt) => {
    expect((await server.within(spoilt(session), owner, rpc('ping'))).status).toBe(404)
  })

  test('after all of this the owner goes on as before, and the attempts are in the log', async () => {
    const answer = rpcAnswer(await server.within(session, owner, rpc('tools/list')))
    expect(answer['result']).toBeDefined()
    const more = await server.mint()
    await server.within(session, more, rpc('tools/list'))
    expect(await readUntil(stream, 'list_changed')).not.toContain('mallory')
    const refused = server.log
      .named('request_refused')
      .filter(({ fields }) => fields['reason'] === 'session_of_another')
    expect(refused.length).toBeGreaterThanOrEqual(THIEVES.length * PROBES.length)
    for (const { fields } of refused) expect(fields['security']).toBe(true)
    expect(server.log.text()).not.toContain(session)
  })
})
