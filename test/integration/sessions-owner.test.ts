import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintSubject, openExchangeStack, type ExchangeStack } from '../helpers/exchange-stack.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../helpers/mcp-door.js'
import { initialize, sessionHeaders } from '../helpers/session-door.js'

describe('a session and the tokens that come to it', () => {
  let stack: ExchangeStack

  beforeAll(async () => {
    stack = await openExchangeStack({ environment: { MCP_SESSIONS: 'on' } })
  })
  afterAll(() => stack.close())

  const open = async (token: string): Promise<string> => {
    const opened = await postMcp(stack.door.endpoint, initialize(), { token })
    await rpcAnswer(opened)
    return opened.headers.get('mcp-session-id') ?? ''
  }
  const within = (session: string, token: string, message: unknown): Promise<Response> =>
    postMcp(stack.door.endpoint, message, { token, headers: sessionHeaders(session) })
  const resume = (session: string, token: string, event: string): Promise<Response> =>
    fetch(stack.door.endpoint, {
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${token}`,
        'Last-Event-ID': event,
        ...sessionHeaders(session),
      },
    })
  /** Makes a call, and names the first event of its stream. */
  const firstEventOf = async (response: Response): Promise<string> => {
    const text = await response.text()
    return /^id: (\S+)$/m.exec(text)?.[1] ?? ''
  }

  test.each([
    ['a tool that calls the API', callTool('greet')],
    ['a tool that calls no API', callTool('whoami')],
    ['a batch', [callTool('whoami'), callTool('greet')]],
  ])(
    '[S16.6] a token without the scopes of the call reads no earlier answer by Last-Event-ID: %s',
    async (_, message) => {
      const full = await mintSubject(stack)
      const session = await open(full)
      const event = await firstEventOf(await within(session, full, message))
      expect(event).not.toBe('')
      for (const scope of ['tool:whoami', 'tool:greet', '', undefined]) {
        const less = await mintSubject(stack, { scope })
        const refused = await resume(session, less, event)
        expect(refused.status).toBe(403)
        expect(refused.headers.get('www-authenticate')).toMatch(
          /error="insufficient_scope".*scope="[^"]*tool:/,
        )
        expect(await refused.text()).not.toMatch(/Hello|auth0\|/)
      }
      const more = await mintSubject(stack, { scope: 'tool:greet other tool:whoami' })
      const resumed = await resume(session, more, event)
      expect(resumed.status).toBe(200)
      expect(await resumed.text()).toMatch(/Hello|auth0\|/)
    },
  )

  test('[S16.6] a token without the permissions of the call reads no earlier answer either', async () => {
    const permissions = ['tool:greet', 'tool:whoami']
    const full = await mintSubject(stack, { permissions })
    const session = await open(full)
    const event = await firstEventOf(await within(session, full, callTool('greet')))
    for (const fewer of [['tool:whoami'], [], undefined]) {
      const less = await mintSubject(stack, { permissions: fewer })
      const refused = await resume(session, less, event)
      expect(refused.status).toBe(403)
      expect(refused.headers.get('www-authenticate')).toBeNull()
    }
    const again = await mintSubject(stack, { permissions: [...permissions, 'more'] })
    expect((await resume(session, again, event)).status).toBe(200)
  })

  test('[S16.6] a call that a token with less made is resumed by a token with less, also after one with more', async () => {
    const less = await mintSubject(stack, { scope: 'tool:whoami' })
    const session = await open(less)
    const event = await firstEventOf(await within(session, less, callTool('whoami')))
    const full = await mintSubject(stack)
    await (await within(session, full, callTool('greet'))).text()
    const resumed = await resume(session, less, event)
    expect(resumed.status).toBe(200)
    const text = await resumed.text()
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
      const opener = await mintSubject(stack, { act })
      const session = await open(opener)
      const stranger = await mintSubject(stack, { act: other })
      expect((await within(session, stranger, rpc('tools/list'))).status).toBe(404)
      const again = await mintSubject(stack, { act })
      expect((await within(session, again, rpc('tools/list'))).status).toBe(200)
    },
  )

  test.each([
    ['a session of another user', { sub: 'auth0|mallory' }],
    ['a session of another client', { client_id: 'another-client' }],
  ])('[S16.6] nothing is exchanged for %s, or for one that never was', async (_, claims) => {
    const session = await open(await mintSubject(stack))
    const thief = await mintSubject(stack, { ...claims, jti: crypto.randomUUID() })
    const before = stack.issuer.tokenRequests.length
    for (const id of [session, 'A'.repeat(43)]) {
      const answer = await within(id, thief, callTool('greet'))
      expect(answer.status).toBe(404)
      expect(await rpcAnswer(answer)).toMatchObject({ error: { code: -32001 } })
    }
    expect(stack.issuer.tokenRequests.length).toBe(before)
  })

  test('[S16.6] an answer of more than 256 KiB is not kept: the client that comes back is told', async () => {
    const token = await mintSubject(stack)
    const session = await open(token)
    stack.api.responder = (_req, res) => {
      const body = JSON.stringify({ msg: 'Z'.repeat(300_000), sub: 'auth0|alice', scopes: '' })
      res.writeHead(200, { 'Content-Type': 'application/json' }).end(body)
    }
    const message = callTool('greet')
    const answer = await (await within(session, token, message)).text()
    expect(answer).toContain('Z'.repeat(1_000))
    const event = /^id: (\S+)$/m.exec(answer)?.[1] ?? ''
    const resumed = await (await resume(session, token, event)).text()
    expect(resumed).toContain('too large to be kept')
    expect(resumed).toContain(`"id":${(message as { id: number }).id}`)
    expect(resumed).not.toContain('ZZZ')
    stack.api.responder = undefined
  })
})
