import request from 'supertest'
import { beforeAll, describe, expect, test } from 'vitest'
import { callWithClaims, scopesWithClaims } from '../helpers/claims-outcome.js'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

test('[case 30] CLOCK_TOLERANCE_SECONDS lets a clock be a minute ahead or behind', async () => {
  const server = await startMcpServer({ environment: { CLOCK_TOLERANCE_SECONDS: '60' } })
  const now = Math.floor(Date.now() / 1_000)
  expect((await callWithClaims(server, { nbf: now + 30 })).status).toBe(200)
  expect((await callWithClaims(server, { exp: now - 30 })).status).toBe(200)
  expect((await callWithClaims(server, { nbf: now + 300 })).reason).toBe('not_yet_valid')
  expect((await callWithClaims(server, { exp: now - 300 })).reason).toBe('expired')
})

test('[case 8] /userinfo of a configured issuer may stand beside this server in aud', async () => {
  const server = await startMcpServer({
    environment: {
      ADDITIONAL_ISSUERS: 'https://tenant.eu.auth0.com/',
      DANGEROUSLY_SHARE_CLIENT_SECRET: 'true',
    },
  })
  const aud = (host: string): readonly string[] => [server.audience, `https://${host}/userinfo`]
  expect((await callWithClaims(server, { aud: aud('tenant.eu.auth0.com') })).status).toBe(200)
  expect((await callWithClaims(server, { aud: aud('other.eu.auth0.com') })).status).toBe(401)
})

test('[case 8] [case 9] TOLERATED_AUDIENCES names further companions, byte for byte', async () => {
  const server = await startMcpServer({
    environment: {
      TOLERATED_AUDIENCES: 'account https://tenant.eu.auth0.com/userinfo',
    },
  })
  const aud = [server.audience, 'account', 'https://tenant.eu.auth0.com/userinfo']
  expect((await callWithClaims(server, { aud, client_id: undefined, azp: 'claude' })).status).toBe(
    200,
  )
  expect((await callWithClaims(server, { aud: [server.audience, 'Account'] })).status).toBe(401)
  expect((await callWithClaims(server, { aud: 'account' })).status).toBe(401)
})

test('[case 12] TOKEN_AUDIENCE is what tokens are for, while the metadata names the endpoint', async () => {
  const guid = '11111111-2222-3333-4444-555555555555'
  const server = await startMcpServer({ environment: { TOKEN_AUDIENCE: guid } })
  expect((await callWithClaims(server, { aud: guid })).status).toBe(200)
  const refused = await callWithClaims(server, { aud: server.audience })
  expect([refused.status, refused.reason]).toEqual([401, 'audience_mismatch'])
  expect((await callWithClaims(server, { aud: 'other' })).text).toContain(server.audience)
  const metadata = await request(server.origin).get('/.well-known/oauth-protected-resource/mcp')
  expect(metadata.body).toMatchObject({ resource: server.audience })
  expect(server.log.named('resource_unfit')).toEqual([])
})

test.each(['api://1111-2222', '11111111-2222-3333-4444-555555555555', 'https://other.example/mcp'])(
  '[case 12] a resource that clients refuse, %s, is logged at the start with what to do',
  async (AUTH0_AUDIENCE) => {
    const server = await startMcpServer({ environment: { AUTH0_AUDIENCE } })
    const [line, ...rest] = server.log.named('resource_unfit')
    expect(rest).toEqual([])
    expect(line).toMatchObject({
      level: 'warn',
      fields: { resource: AUTH0_AUDIENCE, endpoint: server.endpoint.href },
    })
    expect(line?.fields['hint']).toContain('TOKEN_AUDIENCE')
  },
)

describe('SCOPE_PREFIX', () => {
  const PREFIX = 'https://mcp.test/mcp'
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer({
      environment: { SCOPE_PREFIX: PREFIX, MCP_BASELINE_SCOPES: 'openid tool:whoami' },
    })
    return server.close
  })

  test('[case 4] a token passes with the prefix in its scopes and without', async () => {
    expect(await scopesWithClaims(server, { scope: `${PREFIX}/tool:whoami openid` })).toEqual([
      'tool:whoami',
      'openid',
    ])
    expect((await callWithClaims(server, { scope: 'tool:whoami' })).status).toBe(200)
    for (const scope of [`${PREFIX}tool:whoami`, 'https://other.test/mcp/tool:whoami', PREFIX]) {
      expect((await callWithClaims(server, { scope })).status).toBe(403)
    }
  })

  test('[case 4] the metadata and the challenge of a 401 name scopes with the prefix, sign-in scopes without', async () => {
    const response = await request(server.origin).get('/.well-known/oauth-protected-resource/mcp')
    expect(response.body).toMatchObject({
      scopes_supported: ['openid', `${PREFIX}/tool:whoami`],
    })
    const refused = await postMcp(server.endpoint, callTool('whoami'))
    expect(refused.get('www-authenticate')).toContain(`scope="openid ${PREFIX}/tool:whoami"`)
  })

  test("[case 4] a step-up asks for what the operation needs and what the token has, but for others' scopes", async () => {
    const scope = `${PREFIX}/tool:whoami openid aws.cognito.signin.user.admin`
    const { status, challenge } = await callWithClaims(server, { scope }, callTool('greet'))
    expect(status).toBe(403)
    expect(challenge).toContain(`scope="${PREFIX}/tool:greet ${PREFIX}/tool:whoami openid"`)
  })
})

describe('SCOPE_CLAIM', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer({
      environment: { SCOPE_CLAIM: 'mcp_tool_scopes', MCP_BASELINE_SCOPES: 'openid' },
    })
    return server.close
  })

  test('[case 5] the named claim grants tools, as a list and as text', async () => {
    const scope = 'openid email profile offline_access'
    for (const mcp_tool_scopes of [['tool:whoami'], 'tool:whoami']) {
      expect((await callWithClaims(server, { scope, mcp_tool_scopes })).status).toBe(200)
    }
  })

  test('[case 5] what a client asked for by scope does not count beside it', async () => {
    const granted = { scope: 'tool:whoami tool:greet', mcp_tool_scopes: ['tool:whoami'] }
    expect(await scopesWithClaims(server, granted)).toEqual(['tool:whoami'])
    for (const claims of [{}, { mcp_tool_scopes: null }, { mcp_tool_scopes: [] }, granted]) {
      const { status, reason, challenge } = await callWithClaims(server, claims, callTool('greet'))
      expect([status, reason, challenge]).toEqual([403, 'permission_missing', ''])
    }
  })

  test('[case 5] a named claim that is malformed refuses the token, and permissions restrict as ever', async () => {
    for (const mcp_tool_scopes of [7, {}, ['tool:whoami', 7]]) {
      expect((await callWithClaims(server, { mcp_tool_scopes })).reason).toBe('scope_malformed')
    }
    const ruledOut = { mcp_tool_scopes: 'tool:whoami', permissions: [] }
    expect((await callWithClaims(server, ruledOut)).status).toBe(403)
  })
})

test('[S6] AUTHORIZATION_CLAIMS=scope ignores permissions, whatever they hold', async () => {
  const server = await startMcpServer({ environment: { AUTHORIZATION_CLAIMS: 'scope' } })
  for (const permissions of ['tool:none', {}, null, [7], []]) {
    expect((await callWithClaims(server, { permissions })).status).toBe(200)
    expect((await callWithClaims(server, { permissions, scope: 'openid' })).status).toBe(403)
  }
  const other = await startMcpServer({ environment: { AUTHORIZATION_CLAIMS: 'permissions' } })
  expect((await callWithClaims(other, { permissions: 'tool:whoami' })).status).toBe(401)
})

test('[case 6] [S7] USER_CLAIM refuses every token without that claim', async () => {
  const server = await startMcpServer({ environment: { USER_CLAIM: 'email' } })
  expect((await callWithClaims(server, { email: 'alice@example.com' })).status).toBe(200)
  const { status, reason, log } = await callWithClaims(server, {})
  expect([status, reason]).toEqual([401, 'machine_token'])
  expect(log).toMatchObject({ mark: 'user_claim_missing', missing: 'email' })
})
