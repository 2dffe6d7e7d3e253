import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DialectDoors } from '../helpers/dialect-door.js'
import { callTool, postMcp, type McpDoor } from '../helpers/mcp-door.js'

let doors: DialectDoors

beforeAll(async () => {
  doors = await DialectDoors.start()
})

afterAll(() => doors.close())

test('[case 30] CLOCK_TOLERANCE_SECONDS lets a clock be a minute ahead or behind', async () => {
  const door = await doors.open({ CLOCK_TOLERANCE_SECONDS: '60' })
  const now = Math.floor(Date.now() / 1_000)
  expect((await doors.call(door, { nbf: now + 30 })).status).toBe(200)
  expect((await doors.call(door, { exp: now - 30 })).status).toBe(200)
  expect((await doors.call(door, { nbf: now + 300 })).reason).toBe('not_yet_valid')
  expect((await doors.call(door, { exp: now - 300 })).reason).toBe('expired')
})

test('[case 8] /userinfo of a configured issuer may stand beside this server in aud', async () => {
  const door = await doors.open({
    ADDITIONAL_ISSUERS: 'https://tenant.eu.auth0.com/',
    DANGEROUSLY_SHARE_CLIENT_SECRET: 'true',
  })
  const aud = (host: string): readonly string[] => [door.audience, `https://${host}/userinfo`]
  expect((await doors.call(door, { aud: aud('tenant.eu.auth0.com') })).status).toBe(200)
  expect((await doors.call(door, { aud: aud('other.eu.auth0.com') })).status).toBe(401)
})

test('[case 8] [case 9] TOLERATED_AUDIENCES names further companions, byte for byte', async () => {
  const door = await doors.open({
    TOLERATED_AUDIENCES: 'account https://tenant.eu.auth0.com/userinfo',
  })
  const aud = [door.audience, 'account', 'https://tenant.eu.auth0.com/userinfo']
  expect((await doors.call(door, { aud, client_id: undefined, azp: 'claude' })).status).toBe(200)
  expect((await doors.call(door, { aud: [door.audience, 'Account'] })).status).toBe(401)
  expect((await doors.call(door, { aud: 'account' })).status).toBe(401)
})

test('[case 12] TOKEN_AUDIENCE is what tokens are for, while the metadata names the endpoint', async () => {
  const guid = '11111111-2222-3333-4444-555555555555'
  const door = await doors.open({ TOKEN_AUDIENCE: guid })
  expect((await doors.call(door, { aud: guid })).status).toBe(200)
  const refused = await doors.call(door, { aud: door.audience })
  expect([refused.status, refused.reason]).toEqual([401, 'audience_mismatch'])
  expect((await doors.call(door, { aud: 'other' })).text).toContain(door.audience)
  const metadata = await fetch(`${door.origin}/.well-known/oauth-protected-resource/mcp`)
  expect(await metadata.json()).toMatchObject({ resource: door.audience })
  expect(door.log.named('resource_unfit')).toEqual([])
})

test.each(['api://1111-2222', '11111111-2222-3333-4444-555555555555', 'https://other.example/mcp'])(
  '[case 12] a resource that clients refuse, %s, is logged at the start with what to do',
  async (AUTH0_AUDIENCE) => {
    const door = await doors.open({ AUTH0_AUDIENCE })
    const [line, ...rest] = door.log.named('resource_unfit')
    expect(rest).toEqual([])
    expect(line).toMatchObject({
      level: 'warn',
      fields: { resource: AUTH0_AUDIENCE, endpoint: door.endpoint.href },
    })
    expect(line?.fields['hint']).toContain('TOKEN_AUDIENCE')
  },
)

describe('SCOPE_PREFIX', () => {
  const PREFIX = 'https://mcp.test/mcp'
  let door: McpDoor

  beforeAll(async () => {
    door = await doors.open({ SCOPE_PREFIX: PREFIX, MCP_BASELINE_SCOPES: 'openid tool:whoami' })
  })

  test('[case 4] a token passes with the prefix in its scopes and without', async () => {
    expect(await doors.scopesOf(door, { scope: `${PREFIX}/tool:whoami openid` })).toEqual([
      'tool:whoami',
      'openid',
    ])
    expect((await doors.call(door, { scope: 'tool:whoami' })).status).toBe(200)
    for (const scope of [`${PREFIX}tool:whoami`, 'https://other.test/mcp/tool:whoami', PREFIX]) {
      expect((await doors.call(door, { scope })).status).toBe(403)
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
    const { status, challenge } = await doors.call(door, { scope }, callTool('greet'))
    expect(status).toBe(403)
    expect(challenge).toContain(`scope="${PREFIX}/tool:greet ${PREFIX}/tool:whoami openid"`)
  })
})

describe('SCOPE_CLAIM', () => {
  let door: McpDoor

  beforeAll(async () => {
    door = await doors.open({ SCOPE_CLAIM: 'mcp_tool_scopes', MCP_BASELINE_SCOPES: 'openid' })
  })

  test('[case 5] the named claim grants tools, as a list and as text', async () => {
    const scope = 'openid email profile offline_access'
    for (const mcp_tool_scopes of [['tool:whoami'], 'tool:whoami']) {
      expect((await doors.call(door, { scope, mcp_tool_scopes })).status).toBe(200)
    }
  })

  test('[case 5] what a client asked for by scope does not count beside it', async () => {
    const granted = { scope: 'tool:whoami tool:greet', mcp_tool_scopes: ['tool:whoami'] }
    expect(await doors.scopesOf(door, granted)).toEqual(['tool:whoami'])
    for (const claims of [{}, { mcp_tool_scopes: null }, { mcp_tool_scopes: [] }, granted]) {
      const { status, reason, challenge } = await doors.call(door, claims, callTool('greet'))
      expect([status, reason, challenge]).toEqual([403, 'permission_missing', ''])
    }
  })

  test('[case 5] a named claim that is malformed refuses the token, and permissions restrict as ever', async () => {
    for (const mcp_tool_scopes of [7, {}, ['tool:whoami', 7]]) {
      expect((await doors.call(door, { mcp_tool_scopes })).reason).toBe('scope_malformed')
    }
    const ruledOut = { mcp_tool_scopes: 'tool:whoami', permissions: [] }
    expect((await doors.call(door, ruledOut)).status).toBe(403)
  })
})

test('[S6] AUTHORIZATION_CLAIMS=scope ignores permissions, whatever they hold', async () => {
  const door = await doors.open({ AUTHORIZATION_CLAIMS: 'scope' })
  for (const permissions of ['tool:none', {}, null, [7], []]) {
    expect((await doors.call(door, { permissions })).status).toBe(200)
    expect((await doors.call(door, { permissions, scope: 'openid' })).status).toBe(403)
  }
  const other = await doors.open({ AUTHORIZATION_CLAIMS: 'permissions' })
  expect((await doors.call(other, { permissions: 'tool:whoami' })).status).toBe(401)
})

test('[case 6] [S7] USER_CLAIM refuses every token without that claim', async () => {
  const door = await doors.open({ USER_CLAIM: 'email' })
  expect((await doors.call(door, { email: 'alice@example.com' })).status).toBe(200)
  const { status, reason, log } = await doors.call(door, {})
  expect([status, reason]).toEqual([401, 'machine_token'])
  expect(log).toMatchObject({ mark: 'user_claim_missing', missing: 'email' })
})
