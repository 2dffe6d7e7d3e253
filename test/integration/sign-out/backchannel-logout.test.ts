import { describe, expect, test } from 'vitest'
import { APP, mintLogout, postLogout, sendLogout } from '../../helpers/logout-token.js'
import { callTool, postMcp, type PostOptions } from '../../helpers/mcp-requests.js'
import { startMcpServer, type McpServerOptions } from '../../helpers/start-mcp-server.js'

const ALICE = 'auth0|alice'

async function start({ environment, ...options }: McpServerOptions = {}) {
  const server = await startMcpServer({
    environment: { BACKCHANNEL_LOGOUT_CLIENTS: APP, METRICS_PORT: '0', ...environment },
    ...options,
  })
  const post = (message: unknown, options: PostOptions) =>
    postMcp(server.endpoint, message, options)
  const whoami = async (token: string): Promise<number> =>
    (await post(callTool('whoami'), { token })).status
  /** A token of a minute ago, so that a sign-out of now is later. */
  const older = (claims = {}) => server.mint({ iat: nowSeconds() - 60, ...claims })
  const later = (claims = {}) => server.mint({ iat: nowSeconds() + 2, ...claims })
  return { ...server, post, whoami, older, later }
}

const nowSeconds = (): number => Math.floor(Date.now() / 1_000)

describe('a logout token', () => {
  test('ends what its user has, at once, and nothing of others', async () => {
    const server = await start()
    const [old, bob] = [await server.older(), await server.older({ sub: 'auth0|bob' })]
    expect([await server.whoami(old), await server.whoami(bob)]).toEqual([200, 200])
    const answer = await postLogout(
      server,
      await mintLogout(server.issuer, { claims: { sub: ALICE } }),
    )
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const refused = await server.post(callTool('whoami'), { token: old })
    expect(refused.status).toBe(401)
    expect(refused.headers['www-authenticate']).toMatch(/error="invalid_token".*signed out/)
    expect(await server.whoami(await server.later())).toBe(200)
    expect(await server.whoami(bob)).toBe(200)
  })

  test('is one line for security without the name of the user, and counts', async () => {
    const server = await start()
    await sendLogout(server, { sub: ALICE })
    const [line, ...more] = server.log.named('user_signed_out')
    expect(more).toEqual([])
    expect(line?.fields).toMatchObject({
      ...{ security: true, source: 'backchannel_logout', scope: 'user', isShared: true },
      issuer: server.issuer.issuer,
    })
    expect(JSON.stringify(line)).not.toContain('alice')
    const text = await server.metrics?.registry.metrics()
    expect(text).toContain(
      'mcp_on_behalf_of_sign_out_events_total{source="backchannel_logout",outcome="applied"} 1',
    )
  })

  test('leaves a record and a line of each refused call that name the user and the client', async () => {
    const server = await start()
    const token = await server.older()
    await sendLogout(server, { sub: ALICE })
    const headers = { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'whoami' }
    expect((await server.post(callTool('whoami'), { token, headers })).status).toBe(401)
    expect(server.audit.records).toMatchObject([
      {
        ...{ user: { issuer: server.issuer.issuer, subject: ALICE }, client: APP },
        ...{ tool: 'whoami', toolReadFrom: 'header', decision: 'undecided' },
        ...{ outcome: 'signed_out', reason: 'issued_before_sign_out', httpStatus: 401 },
      },
    ])
    const [line] = server.log.named('request_refused')
    expect(line?.fields).toMatchObject({ code: 'signed_out', subject: ALICE })
  })

  test('is no way to fill the audit: the records of its refusals are those of strangers', async () => {
    const server = await start({ environment: { RATE_LIMIT_PER_ADDRESS: '1000' } })
    const token = await server.older()
    await sendLogout(server, { sub: ALICE })
    const headers = { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'whoami' }
    for (let sent = 0; sent < 70; sent += 1)
      await server.post(callTool('whoami'), { token, headers })
    expect(server.audit.records).toHaveLength(60)
  })

  test('with sid ends that session, and leaves the others of the user', async () => {
    const server = await start()
    const [one, other] = [await server.older({ sid: 's-1' }), await server.older({ sid: 's-2' })]
    const without = await server.older()
    expect(await sendLogout(server, { sid: 's-1' })).toBe(200)
    expect(await server.whoami(one)).toBe(401)
    expect([await server.whoami(other), await server.whoami(without)]).toEqual([200, 200])
    expect(await sendLogout(server, { sub: ALICE, sid: 's-9' })).toBe(200)
    expect([await server.whoami(other), await server.whoami(without)]).toEqual([200, 401])
  })

  test('finds the session in another claim, where the settings name one', async () => {
    const claim = 'https://example.com/sid'
    const server = await start({ environment: { SESSION_CLAIM: claim } })
    const [one, other] = [
      await server.older({ [claim]: 's-1' }),
      await server.older({ sid: 's-1', [claim]: 's-2' }),
    ]
    await sendLogout(server, { sid: 's-1' })
    expect([await server.whoami(one), await server.whoami(other)]).toEqual([401, 200])
  })

  test('of an issuer that signs it as Auth0 does is taken', async () => {
    const server = await start()
    for (const typ of ['JWT', undefined, 'application/logout+jwt']) {
      const claims = { sub: ALICE, sid: 's', trace_id: 'x' }
      const token = await mintLogout(server.issuer, { claims, header: { typ } })
      expect((await postLogout(server, token)).status).toBe(200)
    }
  })

  test('ends the exchanged token too: the next sign-in exchanges anew', async () => {
    const server = await start()
    const greet = async (token: string) => (await server.post(callTool('greet'), { token })).status
    const old = await server.older()
    expect([await greet(old), await greet(old)]).toEqual([200, 200])
    expect(server.issuer.tokenRequests).toHaveLength(1)
    await sendLogout(server, { sub: ALICE })
    expect(await greet(old)).toBe(401)
    expect(await greet(await server.later())).toBe(200)
    expect(server.issuer.tokenRequests).toHaveLength(2)
  })

  test('refuses tokens that do not say when they were issued', async () => {
    const server = await start()
    const token = await server.mint({ iat: undefined })
    expect(await server.whoami(token)).toBe(200)
    await sendLogout(server, { sub: ALICE })
    expect(await server.whoami(token)).toBe(401)
  })

  test('ends the sessions and the streams of its user, and no others', async () => {
    const server = await start({ environment: { MCP_SESSIONS: 'on' } })
    const open = async (token: string) => {
      const session = await server.openSession(token)
      const stream = await server.listen(session, token)
      return { session, token, stream }
    }
    const alice = await open(await server.older())
    const bob = await open(await server.older({ sub: 'auth0|bob' }))
    expect([alice.stream.status, bob.stream.status]).toEqual([200, 200])
    await sendLogout(server, { sub: ALICE })
    expect(await alice.stream.text()).not.toContain('error')
    const again = await server.listen(alice.session, await server.later())
    expect(again.status).toBe(404)
    const others = await server.listen(bob.session, bob.token)
    expect(others.status).toBe(409)
    await bob.stream.body?.cancel()
  })

  test('ends the subscriptions of its user in good order', async () => {
    const server = await start()
    const token = await server.older()
    const stream = await subscribe(server.endpoint, token)
    expect(stream.status).toBe(200)
    await sendLogout(server, { sub: ALICE })
    expect(await stream.text()).toContain('"resultType":"complete"')
  })
})

test('without the setting there is no such place', async () => {
  const server = await start({ environment: { BACKCHANNEL_LOGOUT_CLIENTS: '' } })
  expect(await sendLogout(server, { sub: ALICE })).toBe(404)
})

test('while the keys of the issuer cannot be had, the sender is told to come again', async () => {
  const server = await start()
  server.issuer.keysResponder = (_req, res) => res.writeHead(500).end()
  const answer = await postLogout(
    server,
    await mintLogout(server.issuer, { claims: { sub: ALICE } }),
  )
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
})

function subscribe(endpoint: URL, token: string): Promise<Response> {
  const version = '2026-07-28'
  return fetch(endpoint, {
    method: 'POST',
    headers: {
      ...{ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...{ Accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': version },
      'Mcp-Method': 'subscriptions/listen',
    },
    body: JSON.stringify({
      ...{ jsonrpc: '2.0', id: 'sub-1', method: 'subscriptions/listen' },
      params: {
        notifications: { toolsListChanged: true },
        _meta: {
          'io.modelcontextprotocol/protocolVersion': version,
          'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
  })
}
