import { beforeAll, describe, expect, test } from 'vitest'
import { callWithClaims, scopesWithClaims } from '../helpers/claims-outcome.js'
import { callTool, initialize, rpc } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

describe('a server with no setting of this kind', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer()
    return server.close
  })

  test('[case 1] scopes in scp are the scopes of the caller, and scope wins where both stand', async () => {
    const scp = 'tool:whoami tool:greet'
    const both = ['tool:whoami', 'tool:greet']
    const azp = { client_id: undefined, azp: 'c' }
    expect(await scopesWithClaims(server, { scope: undefined, scp, ...azp })).toEqual(both)
    expect(await scopesWithClaims(server, { scope: undefined, scp: both })).toEqual(both)
    expect(await scopesWithClaims(server, { scope: 'tool:whoami', scp })).toEqual(['tool:whoami'])
    expect((await callWithClaims(server, { scope: 'openid', scp })).status).toBe(403)
  })

  test('[case 2] scope as a list counts, and one with a member that is no text refuses the token', async () => {
    expect(await scopesWithClaims(server, { scope: ['tool:whoami', 'tool:greet'] })).toEqual([
      'tool:whoami',
      'tool:greet',
    ])
    const refused = await callWithClaims(server, { scope: ['tool:whoami', 7] })
    expect([refused.status, refused.reason]).toEqual([401, 'scope_malformed'])
  })

  test('[case 3] a client that is named by cid or appid counts, and none is told by the claims that were looked for', async () => {
    expect((await callWithClaims(server, { client_id: undefined, cid: '0oa1' })).status).toBe(200)
    expect((await callWithClaims(server, { client_id: undefined, appid: 'guid' })).status).toBe(200)
    const machine = await callWithClaims(server, { client_id: undefined, cid: '0oa1', sub: '0oa1' })
    expect([machine.status, machine.reason]).toEqual([401, 'machine_token'])
    const none = await callWithClaims(server, { client_id: undefined })
    expect([none.status, none.reason]).toEqual([401, 'client_missing'])
    expect(none.text).toContain('client_id, azp, cid, appid')
    expect(none.text).toContain('RFC 9068')
  })

  test('[case 6] [S7] a service account, an app and an agent are refused as machines', async () => {
    for (const claims of [
      { sub: '5a1c', client_id: 'b', azp: 'b', preferred_username: 'service-account-b' },
      { sub: 'guid', idtyp: 'app', azp: 'a' },
      { sub: 'guid', oid: 'guid', azp: 'a', roles: ['x'] },
      { gty: ['client-credentials'] },
      { sub: 'agt_1' },
    ]) {
      const { status, reason } = await callWithClaims(server, claims)
      expect([status, reason]).toEqual([401, 'machine_token'])
    }
    expect(server.issuer.tokenRequests).toEqual([])
  })

  test('[case 7] an ID token whose audience is this server opens nothing, with scopes or without', async () => {
    const idToken = {
      ...{ typ: 'ID', nonce: 'n', at_hash: 'h', auth_time: 1, azp: 'web' },
      client_id: undefined,
    }
    for (const claims of [idToken, { ...idToken, scope: undefined }, { nonce: 'n' }]) {
      for (const message of [
        initialize(),
        rpc('tools/list'),
        callTool('get_datetime'),
        callTool('whoami'),
      ]) {
        const { status, reason } = await callWithClaims(server, claims, message)
        expect([status, reason]).toEqual([401, 'wrong_type'])
      }
    }
  })

  test('[case 7] access tokens of Keycloak, Cognito and Entra are not taken for ID tokens', async () => {
    for (const claims of [
      { typ: 'Bearer', auth_time: 1, azp: 'web', sid: 's', client_id: undefined },
      { token_use: 'access', auth_time: 1 },
      { ver: '2.0', azp: 'web', scp: 'tool:whoami', oid: 'o', tid: 't', scope: undefined },
      { ver: '1.0', appid: 'web', scp: 'tool:whoami', oid: 'o', tid: 't', scope: undefined },
    ]) {
      expect((await callWithClaims(server, claims)).status).toBe(200)
    }
  })

  test('[case 8] [case 9] a companion of somebody else is refused, named in the log, with what to do', async () => {
    for (const other of ['account', 'https://tenant.eu.auth0.com/userinfo']) {
      const { status, reason, log } = await callWithClaims(server, {
        aud: [server.audience, other],
      })
      expect([status, reason]).toEqual([401, 'several_audiences'])
      expect(log['otherAudiences']).toEqual([other])
      expect(log['hint']).toContain('audience resolve')
    }
  })

  test("[case 10] this server's own client id may stand beside it in aud, as Keycloak's exchange wants", async () => {
    const aud = [server.audience, 'mcp-server']
    expect(
      (await callWithClaims(server, { aud, client_id: undefined, azp: 'claude' })).status,
    ).toBe(200)
    expect((await callWithClaims(server, { aud: 'mcp-server' })).status).toBe(401)
  })

  test('[case 11] a token without audience is told so, and not to ask again', async () => {
    const { status, reason, text } = await callWithClaims(server, {
      aud: undefined,
      token_use: 'access',
    })
    expect([status, reason]).toEqual([401, 'audience_missing'])
    expect(text).toContain('authorization server has to be configured')
    expect(text).not.toContain('Ask for one')
  })

  test('[S6] malformed permissions and organizations refuse the token, and the tool does not run', async () => {
    for (const permissions of ['tool:whoami', { 'tool:whoami': true }, null, 7]) {
      const { status, reason } = await callWithClaims(server, { permissions }, callTool('greet'))
      expect([status, reason]).toEqual([401, 'permissions_malformed'])
    }
    for (const org_id of [5, ['org_1'], '', {}]) {
      const { status, reason } = await callWithClaims(server, { org_id })
      expect([status, reason]).toEqual([401, 'organization_malformed'])
    }
    expect(server.issuer.tokenRequests).toEqual([])
  })

  test('[case 29] cnf that is null counts as absent, and what binds does not', async () => {
    expect((await callWithClaims(server, { cnf: null })).status).toBe(200)
    for (const cnf of [{ jkt: 'x' }, {}, [], 'jkt', false]) {
      expect((await callWithClaims(server, { cnf })).status).toBe(401)
    }
  })

  test('[S16.9] a subject and a client of thousands of characters are bounded in every log line', async () => {
    const long = { sub: `a\n${'s'.repeat(9_000)}`, client_id: `c\n${'c'.repeat(1_000)}` }
    const before = server.log.lines.length
    await callWithClaims(server, { ...long, scope: 'openid' })
    await callWithClaims(server, long, callTool('greet'))
    await callWithClaims(server, { ...long, permissions: [] }, callTool('greet'))
    const lines = server.log.lines.slice(before).filter(({ fields }) => 'subject' in fields)
    expect(lines.length).toBeGreaterThan(1)
    for (const { fields } of lines) {
      expect(JSON.stringify(fields).length).toBeLessThan(2_500)
      expect(fields['subject']).toMatch(/^a s+… \(9002 characters, sha256 [0-9a-f]{12}\)$/)
      expect(fields['clientId']).toMatch(/^c c+… \(1002 characters, sha256 [0-9a-f]{12}\)$/)
    }
  })

  test('[S16.9] audiences and scopes without end are bounded and cleaned in every log line', async () => {
    const before = server.log.lines.length
    const audiences = [`a\n${'a'.repeat(1_000)}`, ...Array<string>(200).fill('https://a.example/')]
    await callWithClaims(server, { aud: audiences })
    await callWithClaims(server, { aud: [server.audience, ...audiences] })
    const many = Array.from({ length: 100 }, (_, n) => `s${n}`)
    const scope = ['s'.repeat(1_002), 's\u001b', ...many]
    await callWithClaims(server, { sub: 'of-many-scopes', scope })
    await callWithClaims(server, { sub: 'of-many-scopes', scope, jti: 'another' })
    const lines = server.log.lines.slice(before)
    expect(lines.map(({ fields }) => fields['reason'])).toEqual([
      ...['audience_mismatch', 'several_audiences', 'tool_scope_missing'],
      ...[undefined, 'tool_scope_missing'],
    ])
    for (const { fields } of lines) {
      const written = JSON.stringify(fields)
      expect(written).toMatch(/1002 characters, sha256.*\(\d+ more\)/)
      expect(written).not.toMatch(/[as](?:\\n|\\u001b)/)
      const lists = Object.values(fields).filter((value) => Array.isArray(value))
      expect(Math.max(...lists.map(({ length }) => length))).toBeLessThanOrEqual(21)
      expect(written.length).toBeLessThan(3_500)
    }
  })

  test('[case 30] a clock that is 50 s ahead is too far by default', async () => {
    const nbf = Math.floor(Date.now() / 1_000) + 50
    expect((await callWithClaims(server, { nbf })).reason).toBe('not_yet_valid')
  })
})
