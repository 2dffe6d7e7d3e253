import { describe, expect, test } from 'vitest'
import type { Directory } from '../../apps/authorization-server/directory.js'
import type { Switches } from '../../apps/authorization-server/testing/test-server.js'
import { useDeployments, type Ailment, type Deployed, type Diagnosis } from './doctor-support.js'

const start = useDeployments()
async function withAlice(ailment?: Ailment, switches: Partial<Switches> = {}): Promise<Diagnosis> {
  const one = await start(ailment)
  const token = await one.tokenOf('alice')
  Object.assign(one.authorizationServer.switches, switches)
  return one.diagnose(token)
}

const withoutSlash: Ailment = {
  environment: ({ api }) => ({ API_AUTH0_AUDIENCE: api.replace(/\/$/, '') }),
}
const atAuth0: Ailment = { environment: () => ({ IDENTITY_PROVIDER: 'auth0' }) }
const withApis =
  (change: Partial<Directory['resource_servers'][number]>) =>
  (regular: Directory): Directory => ({
    ...regular,
    resource_servers: regular.resource_servers.map((api) => ({ ...api, ...change })),
  })

describe('doctor and the traps of the quickstarts', () => {
  test('[B6] a slash that the API identifier has and the setting lacks is one fault', async () => {
    const { code, wrong, named } = await withAlice(withoutSlash)
    expect(code).toBe(1)
    expect(wrong()).toEqual(['exchange.audience'])
    expect(named('exchange.request')).toMatchObject({ waitsFor: 'exchange.audience' })
    expect(named('exchange.audience')?.hint).toContain('Write API_AUTH0_AUDIENCE')
    expect(named('exchange.audience')?.hint).toContain('trailing slash')
  })

  test('the same where the server says no more than access_denied', async () => {
    const { wrong, named } = await withAlice(withoutSlash, {
      unknownAudienceError: 'access_denied',
    })
    expect(wrong()).toEqual(['exchange.request'])
    expect(named('exchange.request')?.hint).toContain('API_AUTH0_AUDIENCE')
  })

  test('[B3] read:tasks, which the API does not have, is no fault, and the tool it hides is named', async () => {
    const scopes = { MCP_AUTH0_EXCHANGE_SCOPE: 'read:tasks' }
    const { named, findings } = await withAlice({ environment: () => scopes })
    expect(named('configuration')?.verdict).toBe('ok')
    const hint = findings.find(({ verdict }) => verdict === 'warning')?.hint
    expect(hint).toContain('The tool greet is not offered: MCP_AUTH0_EXCHANGE_SCOPE lacks')
    expect(named('exchange')).toMatchObject({ verdict: 'not_checkable' })
  })

  test('offline_access among the scopes is no fault, and is named', async () => {
    const { code, named } = await withAlice({
      environment: () => ({ MCP_AUTH0_EXCHANGE_SCOPE: 'openid offline_access read:private' }),
    })
    expect(code).toBe(0)
    expect(named('configuration')?.hint).toContain('Remove openid offline_access')
  })

  test.each(['access_denied', 'unauthorized_client'] as const)(
    'a client without its client grant to the API (%s)',
    async (missingClientGrantError) => {
      const { wrong, named } = await withAlice(
        {
          directory: (regular) => ({
            ...regular,
            client_grants: regular.client_grants.filter(
              (grant) => grant.client_id !== 'mcp-server',
            ),
          }),
        },
        { missingClientGrantError },
      )
      expect(wrong()).toEqual(['exchange.request'])
      expect(named('exchange.request')?.hint).toContain(
        'client grant to the API with subject_type user',
      )
    },
  )

  test('a role without read:private', async () => {
    const { code, wrong, named } = await withAlice({
      directory: (regular) => ({
        ...regular,
        roles: regular.roles.map((role) => ({
          ...role,
          permissions: role.permissions.filter(
            ({ permission_name }) => permission_name !== 'read:private',
          ),
        })),
      }),
    })
    expect(code).toBe(1)
    expect(wrong()).toEqual(['exchange.request'])
    expect(named('exchange.request')?.message).toContain('downstream_scope_denied')
    expect(named('exchange.request')?.hint).toContain("Give the user a role with the API's")
  })

  test('an API that does not skip consent for our own client', async () => {
    const { wrong, named } = await withAlice({
      directory: withApis({ skip_consent_for_verifiable_first_party_clients: false }),
    })
    expect(wrong()).toEqual(['exchange.request'])
    expect(named('exchange.request')?.hint).toContain(
      'skip_consent_for_verifiable_first_party_clients to true',
    )
  })

  test('a second factor that nobody can give', async () => {
    const { named } = await withAlice({}, { mfa: 'required' })
    expect(named('exchange.request')?.hint).toContain('Exempt token exchanges from MFA')
  })

  test.each(['access_denied', 'invalid_client'] as const)(
    'a wrong secret, told without a token and apart from everything else (%s)',
    async (clientAuthenticationError) => {
      const one = await start({
        environment: () => ({ MCP_AUTH0_CLIENT_SECRET: 'a-secret-of-yesterday' }),
      })
      Object.assign(one.authorizationServer.switches, { clientAuthenticationError })
      const { wrong, named } = await one.diagnose()
      const { output } = await one.read()
      expect(wrong()).toEqual(['client.credentials'])
      expect(named('client.credentials')?.hint).toContain('MCP_AUTH0_CLIENT_SECRET')
      expect(named('client.exchange')?.verdict).toBe('not_checkable')
      expect(output).not.toContain('a-secret-of-yesterday')
    },
  )

  test('a client that does not exist', async () => {
    const one = await start({ environment: () => ({ MCP_AUTH0_CLIENT_ID: 'nobody' }) })
    const { wrong, named } = await one.diagnose()
    expect(wrong()).toEqual(['client.credentials'])
    expect(named('client.credentials')?.hint).toContain('MCP_AUTH0_CLIENT_ID')
  })

  test('a client without the right to exchange, told apart from a wrong secret without a token', async () => {
    const one = await start({
      ...atAuth0,
      directory: (regular) => ({
        ...regular,
        clients: regular.clients.map((client) =>
          client.client_id === 'mcp-server'
            ? { ...client, token_exchange: { allow_any_profile_of_type: [] } }
            : client,
        ),
      }),
    })
    const { wrong, named } = await one.diagnose()
    expect(wrong()).toEqual(['client.exchange'])
    expect(named('client.credentials')?.verdict).toBe('ok')
    expect(named('client.exchange')?.hint).toContain('on_behalf_of_token_exchange')
  })

  test.each(['invalid_grant', 'invalid_request', 'invalid_token'] as const)(
    'a healthy client is healthy however a bad subject token is called (%s)',
    async (subjectTokenError) => {
      const one = await start()
      Object.assign(one.authorizationServer.switches, { subjectTokenError })
      expect((await one.diagnose()).wrong()).toEqual([])
    },
  )

  test('a token endpoint that is busy is not checkable, and not wrong', async () => {
    const one = await start()
    Object.assign(one.authorizationServer.switches, {
      tokenRateLimit: { requests: 0, windowMs: 60_000 },
    })
    const { code, named } = await one.diagnose()
    expect(code).toBe(0)
    expect(named('client.credentials')?.verdict).toBe('not_checkable')
  })

  test('an API that expects another audience than the exchange gives', async () => {
    const one = await start({
      api: (_req, res) => res.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end(),
    })
    const { wrong, named } = await one.diagnose(await one.tokenOf('alice'), '--call-api')
    expect(wrong()).toEqual(['api.call'])
    expect(named('api.call')?.hint).toContain(`audience ${one.urls.api}`)
  })

  test('an exchanged token that names no actor, where one is required', async () => {
    const { wrong, named } = await withAlice({
      environment: () => ({
        EXCHANGE_REQUIRE_ACTOR: 'true',
        MCP_AUTH0_CLIENT_ID: 'mcp-server-custom',
        MCP_AUTH0_CLIENT_SECRET: 'development-only-secret-of-the-custom-mcp-server',
        MCP_AUTH0_SUBJECT_TOKEN_TYPE: 'urn:fastmcp:mcp',
      }),
    })
    expect(wrong()).toEqual(['exchange.result'])
    expect(named('exchange.result')?.message).toContain('exchange_rejected (actor)')
    expect(named('exchange.result')?.hint).toContain('EXCHANGE_REQUIRE_ACTOR')
  })
})

describe("doctor and a user's token that the MCP server refuses", () => {
  const nowSeconds = (): number => Math.floor(Date.now() / 1_000)
  const good = (one: Deployed) => ({
    iss: one.urls.issuer,
    aud: one.urls.mcp,
    sub: 'auth0|alice',
    client_id: 'curl',
    iat: nowSeconds(),
    exp: nowSeconds() + 600,
    scope: 'tool:greet',
  })

  const refusals: readonly (readonly [
    string,
    (one: Deployed) => Readonly<Record<string, unknown>>,
    RegExp,
    RegExp,
  ])[] = [
    [
      'for another audience, by a slash',
      ({ urls }) => ({ aud: `${urls.mcp}/` }),
      /audience_mismatch/,
      /AUTH0_AUDIENCE .* trailing slash/,
    ],
    [
      'for several servers',
      ({ urls }) => ({ aud: [urls.mcp, 'https://b.example'] }),
      /several_audiences/,
      /this server alone/,
    ],
    ['that has expired', () => ({ exp: nowSeconds() - 1_000 }), /expired: 1\d{3} s ago/, /Sign in/],
    ['that is not valid yet', () => ({ nbf: nowSeconds() + 1_000 }), /not yet valid/, /NTP/],
    [
      'of another issuer',
      () => ({ iss: 'https://b.example/' }),
      /issuer: .*b\.example/,
      /ISSUER_BASE_URL/,
    ],
    ['of a machine', () => ({ sub: 'curl@clients' }), /machine_token/, /Sign in as a user/],
    ['that is bound', () => ({ cnf: { jkt: 'x' } }), /bound_token_as_bearer/, /plain bearer/],
  ]

  test.each(refusals)('a token %s', async (_title, claims, message, hint) => {
    const one = await start()
    const token = await one.authorizationServer.signToken({ ...good(one), ...claims(one) })
    const { code, named, wrong } = await one.diagnose(token)
    expect(code).toBe(1)
    expect(wrong()).toEqual(['token.inbound'])
    expect(named('token.inbound')?.message).toMatch(message)
    expect(named('token.inbound')?.hint).toMatch(hint)
    expect(named('exchange')?.verdict).toBe('not_checkable')
  })

  test('everything that is wrong with it is named at once', async () => {
    const one = await start()
    const token = await one.authorizationServer.signToken({
      ...good(one),
      ...{ iss: 'https://b.example/', aud: 'https://c.example/', exp: nowSeconds() - 100 },
    })
    const { findings, hops } = await one.diagnose(token)
    const messages = findings
      .filter(({ check }) => check === 'token.inbound')
      .map((entry) => entry.message)
    expect(messages).toHaveLength(3)
    expect(hops).toMatchObject([{ aud: 'https://c.example/' }])
  })

  test.each([
    ['an opaque token', 'a-random-opaque-token', /resource_parameter_profile/],
    ['something that is no token', 'not a token', /access token/],
  ])('%s', async (_title, token, hint) => {
    const one = await start(atAuth0)
    const { wrong, named } = await one.diagnose(token)
    const { output } = await one.read(token)
    expect(wrong()).toEqual(['token.inbound'])
    expect(named('token.inbound')?.hint).toMatch(hint)
    expect(output).not.toContain(token)
  })

  test('an id token, by its type', async () => {
    const one = await start()
    const token = await one.authorizationServer.signToken(good(one), 'id+jwt')
    expect((await one.diagnose(token)).named('token.inbound')?.hint).toContain('not the id token')
  })

  test('a token whose signature does not fit', async () => {
    const one = await start()
    const token = await one.tokenOf('alice')
    const at = token.length - 20
    const broken = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
    const { named } = await one.diagnose(broken)
    expect(named('token.inbound')?.message).toContain('not_verified')
    expect(named('token.inbound')?.hint).toContain('RS256')
  })

  test('claims that steer a terminal are shown without that', async () => {
    const one = await start()
    const sub = 'auth0|\u001b[31mred\u202e'
    const token = await one.authorizationServer.signToken({ ...good(one), sub })
    const { output } = await one.read(token)
    expect(output).toContain('auth0|?[31mred?')
  })
})
