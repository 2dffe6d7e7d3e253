import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { obtainToken } from '../../apps/development/obtain-token.js'
import { createSessionsApp, type SessionsExample } from '../../examples/sdk-v1-sessions.js'
import type { SessionLimits } from '../../src/sessions/session-registry.js'
import { type ExampleSetting, startExampleSetting } from '../helpers/example-setting.js'
import {
  callTool,
  initialize,
  postMcp,
  readUntil,
  rpc,
  rpcAnswer,
  sessionHeaders,
} from '../helpers/mcp-requests.js'
import { connectV1As } from '../helpers/sdk-v1-client.js'

describe('examples/sdk-v1-sessions.ts', () => {
  let setting: ExampleSetting
  let example: SessionsExample

  const attach = (limits: SessionLimits = {}): void => {
    example = createSessionsApp({ ...setting, limits })
    setting.attach(example.app)
  }

  beforeEach(async () => {
    setting = await startExampleSetting()
    attach()
  })

  afterEach(async () => {
    example.close()
    await setting.close()
  })

  const tokenOf = (username: string, scope = 'tool:whoami tool:greet'): Promise<string> => {
    const { issuer, endpoint } = setting
    return obtainToken({ issuer, username, resource: endpoint.href, scope })
  }

  const open = async (token: string): Promise<string> => {
    const response = await postMcp(setting.endpoint, initialize(), { token })
    return response.get('mcp-session-id') ?? `none: ${response.status}`
  }

  const within = (session: string, token: string, message: object) =>
    postMcp(setting.endpoint, message, { token, headers: sessionHeaders(session) })

  const send = (method: string, session: string, token: string): Promise<Response> =>
    fetch(setting.endpoint, {
      method,
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${token}`,
        ...sessionHeaders(session),
      },
    })

  test('the v1 client opens a session, calls the API in it, and ends it', async () => {
    const { client, transport } = await connectV1As(setting.endpoint, 'alice')
    const { sessionId = '' } = transport
    expect(sessionId).toMatch(/^[\w-]{43}$/)
    expect(await client.callTool({ name: 'greet', arguments: {} })).toMatchObject({
      content: [{ text: 'Hello there, auth0|alice' }],
    })
    await transport.terminateSession()
    await client.close()
    const after = await within(sessionId, await tokenOf('alice'), rpc('tools/list'))
    expect(after.status).toBe(404)
  })

  test.each(['auto', 'legacy'] as const)('serves the v2 client (%s)', async (mode) => {
    const session = await connectAs({ endpoint: setting.endpoint, username: 'alice', mode })
    try {
      expect(await session.client.callTool({ name: 'greet', arguments: {} })).toMatchObject({
        content: [{ text: 'Hello there, auth0|alice' }],
      })
    } finally {
      await session.close()
    }
  })

  test('[RS32] a stolen session id is worth nothing, and its owner goes on', async () => {
    const [alice, bob] = [await tokenOf('alice'), await tokenOf('bob')]
    const session = await open(alice)
    const stream = await send('GET', session, alice)
    const guess = 'A'.repeat(43)
    const learnt = (status: number, text: string): object => ({
      status,
      body: text.replace(/"requestId":"[^"]*"/, ''),
    })
    const posted = async (...args: Parameters<typeof within>): Promise<object> => {
      const { status, text } = await within(...args)
      return learnt(status, text)
    }
    const sent = async (...args: Parameters<typeof send>): Promise<object> => {
      const response = await send(...args)
      return learnt(response.status, await response.text())
    }
    for (const message of [rpc('tools/list'), callTool('whoami'), initialize()]) {
      const stolen = await posted(session, bob, message)
      expect(stolen).toMatchObject({ status: 404 })
      expect(stolen).toEqual(await posted(guess, bob, message))
    }
    for (const method of ['GET', 'DELETE']) {
      const stolen = await sent(method, session, bob)
      expect(stolen).toMatchObject({ status: 404 })
      expect(stolen).toEqual(await sent(method, guess, bob))
    }
    expect(setting.log.named('request_refused').map(({ fields }) => fields['reason'])).toContain(
      'session_of_another',
    )
    expect(rpcAnswer(await within(session, alice, callTool('whoami')))).toMatchObject({
      result: { content: [{ text: 'auth0|alice' }] },
    })
    expect(stream.status).toBe(200)
    await stream.body?.cancel()
  })

  test('within a session, each call is made with the token it came with', async () => {
    const session = await open(await tokenOf('alice'))
    const lesser = await tokenOf('alice', 'tool:whoami')
    expect((await within(session, lesser, callTool('greet'))).status).toBe(403)
    expect((await within(session, '', callTool('whoami'))).status).toBe(400)
    const renewed = await tokenOf('alice')
    expect(rpcAnswer(await within(session, renewed, callTool('greet')))).toMatchObject({
      result: { content: [{ text: 'Hello there, auth0|alice' }] },
    })
  })

  test('for a session that is not there, nothing is exchanged', async () => {
    const guess = 'A'.repeat(43)
    const response = await within(guess, await tokenOf('alice'), callTool('greet'))
    expect(response.status).toBe(404)
    expect(setting.events.filter(({ type }) => type === 'token_exchanged')).toEqual([])
  })

  test('DELETE ends the session and its stream', async () => {
    const token = await tokenOf('alice')
    const session = await open(token)
    const stream = await send('GET', session, token)
    expect((await send('DELETE', session, token)).status).toBe(200)
    await expect(readUntil(stream, 'never')).rejects.toThrow('the stream ended')
    const after = await within(session, token, rpc('tools/list'))
    expect(after.status).toBe(404)
    expect(rpcAnswer(after)).toMatchObject({ error: { code: -32001 } })
  })

  test('a session that has lasted too long is over', async () => {
    attach({ maxAgeMs: 0 })
    const token = await tokenOf('alice')
    const session = await open(token)
    expect((await within(session, token, rpc('tools/list'))).status).toBe(404)
  })

  test('a failed handshake leaves no session behind, and too many are refused', async () => {
    attach({ maxSessions: 1 })
    const token = await tokenOf('alice')
    const refused = await postMcp(setting.endpoint, initialize(), {
      token,
      headers: { Accept: 'text/plain' },
    })
    expect(refused.status).toBe(406)
    expect(await open(token)).toMatch(/^[\w-]{43}$/)
    expect(await open(await tokenOf('bob'))).toBe('none: 503')
  })

  test('a call without a session is told to open one', async () => {
    const response = await postMcp(setting.endpoint, rpc('tools/list'), {
      token: await tokenOf('alice'),
    })
    expect(response.status).toBe(400)
  })
})
