import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config.js'
import {
  callTool,
  openMcpDoor,
  postMcp,
  rpc,
  rpcAnswer,
  type McpDoor,
} from '../helpers/mcp-door.js'
import { initialize } from '../helpers/session-door.js'
import { TestIssuer } from '../helpers/test-issuer.js'

type Claims = Readonly<Record<string, unknown>>

let issuer: TestIssuer
const opened: { close(): Promise<void> }[] = []

beforeAll(async () => {
  issuer = await TestIssuer.start()
})

afterAll(async () => {
  await Promise.all([...opened, issuer].map((open) => open.close()))
})

async function openDoor(environment: Environment = {}): Promise<McpDoor> {
  const door = await openMcpDoor({
    issuer: issuer.issuer,
    environment: { RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_PER_CALLER: '0', ...environment },
  })
  opened.push(door)
  return door
}

interface Outcome {
  readonly status: number
  readonly reason: unknown
  readonly text: string
  readonly challenge: string
  readonly log: Claims
}

/** Calls a tool with a token of the older dialect (`typ: JWT`) that differs from a good one by the given claims. */
async function call(
  door: McpDoor,
  claims: Claims,
  message: object = callTool('whoami'),
): Promise<Outcome> {
  const token = await issuer.mint(door.audience, {
    header: { typ: 'JWT' },
    claims: { sub: 'user-1', ...claims },
  })
  const before = door.log.lines.length
  const response = await postMcp(door.endpoint, message, { token })
  const line = door.log.lines.slice(before).find(({ name }) => name === 'request_refused')
  return {
    status: response.status,
    reason: line?.fields['reason'],
    text: await response.text(),
    challenge: response.headers.get('www-authenticate') ?? '',
    log: line?.fields ?? {},
  }
}

async function scopesOf(door: McpDoor, claims: Claims): Promise<unknown> {
  const { text } = await call(door, claims)
  const answer = (await rpcAnswer({ text: () => Promise.resolve(text) })) as {
    result?: { structuredContent?: { scopes?: unknown } }
  }
  return answer.result?.structuredContent?.scopes
}

describe('a server with no setting of this kind', () => {
  let door: McpDoor

  beforeAll(async () => {
    door = await openDoor()
  })

  test('[case 1] scopes in scp are the scopes of the caller, and scope wins where both stand', async () => {
    const scp = 'tool:whoami tool:greet'
    const both = ['tool:whoami', 'tool:greet']
    const azp = { client_id: undefined, azp: 'c' }
    expect(await scopesOf(door, { scope: undefined, scp, ...azp })).toEqual(both)
    expect(await scopesOf(door, { scope: undefined, scp: both })).toEqual(both)
    expect(await scopesOf(door, { scope: 'tool:whoami', scp })).toEqual(['tool:whoami'])
    expect((await call(door, { scope: 'openid', scp })).status).toBe(403)
  })

  test('[case 2] scope as a list counts, and one with a member that is no text refuses the token', async () => {
    expect(await scopesOf(door, { scope: ['tool:whoami', 'tool:greet'] })).toEqual([
      'tool:whoami',
      'tool:greet',
    ])
    const refused = await call(door, { scope: ['tool:whoami', 7] })
    expect([refused.status, refused.reason]).toEqual([401, 'scope_malformed'])
  })

  test('[case 3] a client that is named by cid or appid counts, and none is told by the claims that were looked for', async () => {
    expect((await call(door, { client_id: undefined, cid: '0oa1' })).status).toBe(200)
    expect((await call(door, { client_id: undefined, appid: 'guid' })).status).toBe(200)
    const machine = await call(door, { client_id: undefined, cid: '0oa1', sub: '0oa1' })
    expect([machine.status, machine.reason]).toEqual([401, 'machine_token'])
    const none = await call(door, { client_id: undefined })
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
      const { status, reason } = await call(door, claims)
      expect([status, reason]).toEqual([401, 'machine_token'])
    }
    expect(issuer.tokenRequests).toEqual([])
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
        const { status, reason } = await call(door, claims, message)
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
      expect((await call(door, claims)).status).toBe(200)
    }
  })

  test('[case 8] [case 9] a companion of somebody else is refused, named in the log, with what to do', async () => {
    for (const other of ['account', 'https://tenant.eu.auth0.com/userinfo']) {
      const { status, reason, log } = await call(door, { aud: [door.audience, other] })
      expect([status, reason]).toEqual([401, 'several_audiences'])
      expect(log['otherAudiences']).toEqual([other])
      expect(log['cure']).toContain('audience resolve')
    }
  })

  test("[case 10] this server's own client id may stand beside it in aud, as Keycloak's exchange wants", async () => {
    const aud = [door.audience, 'mcp-server']
    expect((await call(door, { aud, client_id: undefined, azp: 'claude' })).status).toBe(200)
    expect((await call(door, { aud: 'mcp-server' })).status).toBe(401)
  })

  test('[case 11] a token without audience is told so, and not to ask again', async () => {
    const { status, reason, text } = await call(door, { aud: undefined, token_use: 'access' })
    expect([status, reason]).toEqual([401, 'audience_missing'])
    expect(text).toContain('authorization server has to be configured')
    expect(text).not.toContain('Ask for one')
  })

  test('[S6] malformed permissions and organizations refuse the token, and the tool does not run', async () => {
    for (const permissions of ['tool:whoami', { 'tool:whoami': true }, null, 7]) {
      const { status, reason } = await call(door, { permissions }, callTool('greet'))
      expect([status, reason]).toEqual([401, 'permissions_malformed'])
    }
    for (const org_id of [5, ['org_1'], '', {}]) {
      const { status, reason } = await call(door, { org_id })
      expect([status, reason]).toEqual([401, 'organization_malformed'])
    }
    expect(issuer.tokenRequests).toEqual([])
  })

  test('[case 29] cnf that is null counts as absent, and what binds does not', async () => {
    expect((await call(door, { cnf: null })).status).toBe(200)
    for (const cnf of [{ jkt: 'x' }, {}, [], 'jkt', false]) {
      expect((await call(door, { cnf })).status).toBe(401)
    }
  })

  test('[S16.9] a subject and a client of thousands of characters are bounded in every log line', async () => {
    const long = { sub: `a\n${'s'.repeat(9_000)}`, client_id: 'c'.repeat(1_000) }
    const before = door.log.lines.length
    await call(door, { ...long, scope: 'openid' })
    await call(door, long, callTool('greet'))
    await call(door, { ...long, permissions: [] }, callTool('greet'))
    const lines = door.log.lines.slice(before).filter(({ fields }) => 'subject' in fields)
    expect(lines.length).toBeGreaterThan(1)
    for (const { fields } of lines) {
      expect(JSON.stringify(fields).length).toBeLessThan(2_500)
      expect(fields['subject']).toMatch(/^a s+… \(9002 characters, sha256 [0-9a-f]{12}\)$/)
    }
  })

  test('[case 30] a clock that is 20 s ahead is too far by default', async () => {
    const nbf = Math.floor(Date.now() / 1_000) + 20
    expect((await call(door, { nbf })).reason).toBe('not_yet_valid')
  })
})

test('[case 30] CLOCK_TOLERANCE_SECONDS lets a clock be a minute ahead or behind', async () => {
  const door = await openDoor({ CLOCK_TOLERANCE_SECONDS: '60' })
  const now = Math.floor(Date.now() / 1_000)
  expect((await call(door, { nbf: now + 30 })).status).toBe(200)
  expect((await call(door, { exp: now - 30 })).status).toBe(200)
  expect((await call(door, { nbf: now + 300 })).reason).toBe('not_yet_valid')
  expect((await call(door, { exp: now - 300 })).reason).toBe('expired')
})

test('[case 8] /userinfo of a configured issuer may stand beside this server in aud', async () => {
  const door = await openDoor({ ADDITIONAL_ISSUERS: 'https://tenant.eu.auth0.com/' })
  const aud = (host: string): readonly string[] => [door.audience, `https://${host}/userinfo`]
  expect((await call(door, { aud: aud('tenant.eu.auth0.com') })).status).toBe(200)
  expect((await call(door, { aud: aud('other.eu.auth0.com') })).status).toBe(401)
})

test('[case 8] [case 9] TOLERATED_AUDIENCES names further companions, byte for byte', async () => {
  const door = await openDoor({
    TOLERATED_AUDIENCES: 'account https://tenant.eu.auth0.com/userinfo',
  })
  const aud = [door.audience, 'account', 'https://tenant.eu.auth0.com/userinfo']
  expect((await call(door, { aud, client_id: undefined, azp: 'claude' })).status).toBe(200)
  expect((await call(door, { aud: [door.audience, 'Account'] })).status).toBe(401)
  expect((await call(door, { aud: 'account' })).status).toBe(401)
})

test('[case 12] TOKEN_AUDIENCE is what tokens are for, while the metadata names the endpoint', async () => {
  const guid = '11111111-2222-3333-4444-555555555555'
  const door = await openDoor({ TOKEN_AUDIENCE: guid })
  expect((await call(door, { aud: guid })).status).toBe(200)
  const refused = await call(door, { aud: door.audience })
  expect([refused.status, refused.reason]).toEqual([401, 'audience_mismatch'])
  expect((await call(door, { aud: 'other' })).text).toContain(door.audience)
  const metadata = await fetch(`${door.origin}/.well-known/oauth-protected-resource/mcp`)
  expect(await metadata.json()).toMatchObject({ resource: door.audience })
  expect(door.log.named('resource_unfit')).toEqual([])
})

test.each(['api://1111-2222', '11111111-2222-3333-4444-555555555555', 'https://other.example/mcp'])(
  '[case 12] a resource that clients refuse, %s, is logged at the start with what to do',
  async (AUTH0_AUDIENCE) => {
    const door = await openDoor({ AUTH0_AUDIENCE })
    const [line, ...rest] = door.log.named('resource_unfit')
    expect(rest).toEqual([])
    expect(line).toMatchObject({
      level: 'warn',
      fields: { resource: AUTH0_AUDIENCE, endpoint: door.endpoint.href },
    })
    expect(line?.fields['cure']).toContain('TOKEN_AUDIENCE')
  },
)

describe('SCOPE_PREFIX', () => {
  const PREFIX = 'https://mcp.test/mcp'
  let door: McpDoor

  beforeAll(async () => {
    door = await openDoor({ SCOPE_PREFIX: PREFIX, MCP_BASELINE_SCOPES: 'openid tool:whoami' })
  })

  test('[case 4] a token passes with the prefix in its scopes and without', async () => {
    expect(await scopesOf(door, { scope: `${PREFIX}/tool:whoami openid` })).toEqual([
      'tool:whoami',
      'openid',
    ])
    expect((await call(door, { scope: 'tool:whoami' })).status).toBe(200)
    for (const scope of [`${PREFIX}tool:whoami`, 'https://other.test/mcp/tool:whoami', PREFIX]) {
      expect((await call(door, { scope })).status).toBe(403)
    }
  })

  test('[case 4] the metadata and the challenge of a 401 name scopes with the prefix, sign-in scopes without', async () => {
    const response = await fetch(`${door.origin}/.well-known/oauth-protected-resource/mcp`)
    expect(await response.json()).toMatchObject({
      scopes_supported: ['openid', `${PREFIX}/tool:whoami`],
    })
    const refused = await postMcp(door.endpoint, callTool('whoami'))
    expect(refused.headers.get('www-authenticate')).toContain(
      `scope="openid ${PREFIX}/tool:whoami"`,
    )
  })

  test("[case 4] a step-up asks for what the operation needs and what the token has, but for others' scopes", async () => {
    const scope = `${PREFIX}/tool:whoami openid aws.cognito.signin.user.admin`
    const { status, challenge } = await call(door, { scope }, callTool('greet'))
    expect(status).toBe(403)
    expect(challenge).toContain(`scope="${PREFIX}/tool:greet ${PREFIX}/tool:whoami openid"`)
  })
})

describe('SCOPE_CLAIM', () => {
  let door: McpDoor

  beforeAll(async () => {
    door = await openDoor({ SCOPE_CLAIM: 'mcp_tool_scopes', MCP_BASELINE_SCOPES: 'openid' })
  })

  test('[case 5] the named claim grants tools, as a list and as text', async () => {
    const scope = 'openid email profile offline_access'
    for (const mcp_tool_scopes of [['tool:whoami'], 'tool:whoami']) {
      expect((await call(door, { scope, mcp_tool_scopes })).status).toBe(200)
    }
  })

  test('[case 5] what a client asked for by scope does not count beside it', async () => {
    const granted = { scope: 'tool:whoami tool:greet', mcp_tool_scopes: ['tool:whoami'] }
    expect(await scopesOf(door, granted)).toEqual(['tool:whoami'])
    for (const claims of [{}, { mcp_tool_scopes: null }, { mcp_tool_scopes: [] }, granted]) {
      const { status, reason, challenge } = await call(door, claims, callTool('greet'))
      expect([status, reason, challenge]).toEqual([403, 'permission_missing', ''])
    }
  })

  test('[case 5] a named claim that is malformed refuses the token, and permissions restrict as ever', async () => {
    for (const mcp_tool_scopes of [7, {}, ['tool:whoami', 7]]) {
      expect((await call(door, { mcp_tool_scopes })).reason).toBe('scope_malformed')
    }
    const ruledOut = { mcp_tool_scopes: 'tool:whoami', permissions: [] }
    expect((await call(door, ruledOut)).status).toBe(403)
  })
})

test('[case 6] [S7] USER_CLAIM refuses every token without that claim', async () => {
  const door = await openDoor({ USER_CLAIM: 'email' })
  expect((await call(door, { email: 'alice@example.com' })).status).toBe(200)
  const { status, reason, log } = await call(door, {})
  expect([status, reason]).toEqual([401, 'machine_token'])
  expect(log).toMatchObject({ mark: 'user_claim_missing', missing: 'email' })
})
