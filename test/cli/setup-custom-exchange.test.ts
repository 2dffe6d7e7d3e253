import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/config.js'
import { customTokenExchangeAction } from '../../cli/setup/custom-token-exchange-action.js'
import { API, MCP, useBench } from './setup-support.js'

const used = useBench()

const PROFILE = ['--profile', 'custom-token-exchange']
const setUp = (...argv: readonly string[]) => used.bench.setup(...PROFILE, ...argv)

function onlyAction() {
  const [action] = used.standIn.tenant.actions
  if (action === undefined) throw new Error('no Action')
  return action
}

function secretsOf(content: { readonly secrets: readonly { name: string; value: string }[] }) {
  return Object.fromEntries(content.secrets.map(({ name, value }) => [name, value]))
}

describe('setup --profile custom-token-exchange on a new tenant', () => {
  test('makes the client, the connection, the grants, the Action and the profile that an exchange needs', async () => {
    expect((await setUp('--yes', '--roles', 'quickstart')).code).toBe(0)
    const { tenant } = used.standIn
    const [client] = tenant.clients
    expect(tenant.clients).toHaveLength(1)
    expect(client).toMatchObject({
      app_type: 'non_interactive',
      is_first_party: true,
      oidc_conformant: true,
      grant_types: ['authorization_code'],
      jwt_configuration: { alg: 'RS256' },
      token_endpoint_auth_method: 'client_secret_post',
      token_exchange: { allow_any_profile_of_type: ['custom_authentication'] },
    })
    expect(tenant.settings).toMatchObject({ resource_parameter_profile: 'compatibility' })
    expect(tenant.connections[0]).toMatchObject({
      is_domain_connection: true,
      enabled_clients: [client?.['client_id']],
    })
    expect(tenant.clientGrants).toMatchObject([
      { client_id: client?.['client_id'], audience: API, subject_type: 'user' },
      { default_for: 'third_party_clients', audience: MCP, subject_type: 'user' },
    ])
    const { code, dependencies, runtime } = customTokenExchangeAction()
    const { deployed } = onlyAction()
    expect(deployed).toMatchObject({ dependencies, runtime })
    expect(deployed?.code.startsWith(code.trimEnd())).toBe(true)
    expect(secretsOf(onlyAction().draft)).toEqual({
      SUBJECT_TOKEN_AUDIENCE: MCP,
      CLIENT_ID: client?.['client_id'],
      TARGET_AUDIENCE: API,
      ALLOWED_SCOPES: 'read:private',
    })
    expect(tenant.tokenExchangeProfiles).toMatchObject([
      {
        subject_token_type: 'urn:mcp-on-behalf-of:access-token',
        action_id: onlyAction().id,
        type: 'custom_authentication',
      },
    ])
  })

  test('writes a .env with which the server exchanges tokens by that profile', async () => {
    await setUp('--yes', '--subject-token-type', 'urn:example:mcp')
    const config = parseConfig(parseEnv(readFileSync(used.bench.envPath, 'utf8')))
    expect(config.exchange.subjectTokenType).toBe('urn:example:mcp')
    expect(config.exchange.clientId).toBe(used.standIn.tenant.clients[0]?.['client_id'])
  })

  test('a dry run names all that it would create, and creates nothing', async () => {
    const before = structuredClone(used.standIn.tenant)
    const { code, io } = await setUp('--dry-run')
    expect(code).toBe(0)
    expect(used.standIn.writes()).toEqual([])
    expect(used.standIn.tenant).toEqual(before)
    expect(io.output()).toContain('WIDENS    enable the connection')
    expect(io.output()).toMatch(/change {4}create the Action mcp-on-behalf-of token exchange/)
    expect(io.output()).toMatch(/change {4}deploy the Action/)
    expect(io.output()).toMatch(/change {4}create the token exchange profile mcp-on-behalf-of/)
    expect(io.output()).toContain('subject_token_type: "urn:mcp-on-behalf-of:access-token"')
  })

  test('a second run finds everything in line and writes nothing', async () => {
    await setUp('--yes', '--roles', 'quickstart')
    used.standIn.requests.length = 0
    const { code, io } = await setUp('--yes', '--roles', 'quickstart')
    expect(code).toBe(0)
    expect(io.output()).toContain('Everything is in line')
    expect(used.standIn.writes()).toEqual([])
  })

  test('--clients none leaves the connection where it is, and enables it for the client all the same', async () => {
    expect((await setUp('--yes', '--clients', 'none')).code).toBe(0)
    expect(used.standIn.tenant.connections[0]).toMatchObject({
      is_domain_connection: false,
      enabled_clients: [used.standIn.tenant.clients[0]?.['client_id']],
    })
  })

  test('no output of a set-up, of a second one and of a removal holds a secret', async () => {
    const runs = [await setUp('--dry-run'), await setUp('--yes'), await setUp('--yes')]
    const secrets = [
      used.standIn.token,
      ...used.standIn.tenant.clients.map(({ client_secret }) => client_secret as string),
    ]
    runs.push(await setUp('--remove'), await setUp('--remove', '--yes'))
    const output = runs.map(({ io }) => io.output()).join('\n')
    expect(output.length).toBeGreaterThan(1_000)
    expect(secrets.filter((secret) => output.includes(secret))).toEqual([])
  })

  test('reads that lag behind writes double nothing, and a run right after the first one changes nothing', async () => {
    used.standIn.lag.reads = 13
    expect((await setUp('--yes', '--roles', 'quickstart')).code).toBe(0)
    const before = structuredClone(used.standIn.tenant)
    const { code, io } = await setUp('--yes', '--roles', 'quickstart')
    expect(code).toBe(0)
    expect(io.output()).toContain('Somebody else has changed the tenant in the meantime')
    expect(used.standIn.tenant).toEqual(before)
  })
})

describe('the Action that setup writes', () => {
  test('a build that takes too long ends the run, and the next run goes on', async () => {
    used.standIn.behavior.buildReads = 1_000
    const { code, io } = await setUp('--yes')
    expect(code).toBe(1)
    expect(io.output()).toMatch(/The Action .* is still being built after 90 seconds/)
    expect(io.waits.length).toBeLessThan(50)
    onlyAction().readsUntilBuilt = 1
    expect((await setUp('--yes')).code).toBe(0)
    expect(onlyAction().deployed?.number).toBe(1)
    expect(used.standIn.tenant.tokenExchangeProfiles).toHaveLength(1)
  })

  test("a build that fails is told with Auth0's reason, and written again by the next run", async () => {
    used.standIn.behavior.buildFailure = 'jose 6.2.17 was not found'
    const { code, io } = await setUp('--yes')
    expect(code).toBe(1)
    expect(io.output()).toContain('could not be built. Auth0 says: “jose 6.2.17 was not found”')
    expect(io.output()).toContain('Dashboard, Actions, Library')
    expect(onlyAction().deployed).toBeUndefined()
    expect(used.standIn.tenant.tokenExchangeProfiles).toEqual([])
    used.standIn.behavior.buildFailure = undefined
    const second = await setUp('--yes')
    expect(second.code).toBe(0)
    expect(second.io.output()).toContain('it could not be built, so it is written again')
    expect(onlyAction().deployed).toBeDefined()
  })

  test.each(['code', 'dependencies', 'runtime', 'secrets'])(
    'a change of its %s by hand is taken back, and deployed',
    async (member) => {
      await setUp('--yes')
      const action = onlyAction()
      const before = structuredClone(action.deployed)
      const changed = {
        code: { code: 'exports.onExecuteCustomTokenExchange = async () => {}' },
        dependencies: { dependencies: [{ name: 'jose', version: '1.0.0' }] },
        runtime: { runtime: 'node18' },
        secrets: { secrets: [{ name: 'ANOTHER', value: 'x' }] },
      }[member]
      const draft = { ...action.draft, ...changed }
      Object.assign(action, { draft, allChangesDeployed: false })
      const { code, io } = await setUp('--yes')
      expect(code).toBe(0)
      expect(io.output()).toContain('update the Action')
      expect(action.deployed).toEqual({ ...before, number: 2 })
    },
  )

  test('other scopes of the API are other settings of the Action, though Auth0 never shows them', async () => {
    await setUp('--yes')
    const { code, io } = await setUp(
      '--yes',
      '--force',
      '--api-scopes',
      'read:private write:private',
    )
    expect(code).toBe(0)
    expect(io.output()).toContain('update the Action')
    expect(secretsOf(onlyAction().deployed ?? { secrets: [] })).toMatchObject({
      ALLOWED_SCOPES: 'read:private write:private',
    })
  })

  test('one that is written but not deployed is deployed', async () => {
    await setUp('--yes')
    Object.assign(onlyAction(), { deployed: undefined, allChangesDeployed: false })
    used.standIn.requests.length = 0
    expect((await setUp('--yes')).code).toBe(0)
    expect(used.standIn.writes()).toEqual([
      `POST /api/v2/actions/actions/${onlyAction().id}/deploy`,
    ])
  })
})

describe('the token exchange profile that setup makes', () => {
  test.each([
    ['urn:ietf:params:oauth:token-type:access_token', 'reserves'],
    ['https://auth0.com/token', 'reserves'],
    ['urn:okta:token', 'reserves'],
    ['urn:short', '10 to 100 characters'],
    [`urn:example:${'x'.repeat(100)}`, '10 to 100 characters'],
    ['mcp-access-token', 'starts with https:// or urn:'],
  ])('the type %s is refused before the first request', async (type, text) => {
    const { code, io } = await setUp('--yes', '--subject-token-type', type)
    expect(code).toBe(2)
    expect(io.output()).toMatch(/^--subject-token-type [^\n]*\n$/)
    expect(io.output()).toContain(text)
    expect(used.standIn.requests).toEqual([])
  })

  test('one that somebody else has for the type is left alone, and the ways out are named', async () => {
    const other = {
      ...{ id: 'tep_other', name: 'theirs', subject_token_type: 'urn:example:mcp' },
      ...{ action_id: 'their-action', type: 'custom_authentication' as const },
    }
    used.standIn.tenant.tokenExchangeProfiles.push(other)
    const { code, io } = await setUp('--yes', '--subject-token-type', 'urn:example:mcp')
    expect(code).toBe(1)
    expect(io.output()).toContain('tep_other')
    expect(io.output()).toContain('Choose another type by --subject-token-type')
    expect(io.output()).toContain('DELETE /api/v2/token-exchange-profiles/tep_other')
    expect(used.standIn.writes()).toEqual([])
    expect(used.standIn.tenant.tokenExchangeProfiles).toEqual([other])
  })

  test('a profile of its own name with another Action is left alone, and no other type is advised', async () => {
    await setUp('--yes')
    const [profile] = used.standIn.tenant.tokenExchangeProfiles
    Object.assign(profile ?? {}, { action_id: 'another', subject_token_type: 'urn:example:other' })
    used.standIn.requests.length = 0
    const { code, io } = await setUp('--yes')
    expect(code).toBe(1)
    const path = `/api/v2/token-exchange-profiles/${profile?.id ?? ''}`
    expect(io.output()).toContain(`Give that profile another name (PATCH ${path})`)
    expect(io.output()).toContain(`(DELETE ${path})`)
    expect(io.output()).not.toContain('--subject-token-type')
    expect(used.standIn.writes()).toEqual([])
  })

  test('another type on the command line changes the profile that setup has made', async () => {
    await setUp('--yes')
    const { code } = await setUp('--yes', '--force', '--subject-token-type', 'urn:example:mcp')
    expect(code).toBe(0)
    expect(used.standIn.tenant.tokenExchangeProfiles).toMatchObject([
      { subject_token_type: 'urn:example:mcp', action_id: onlyAction().id },
    ])
  })

  test('a tenant whose plan has no Custom Token Exchange is told so', async () => {
    used.standIn.intercept = ({ path }, res) => {
      if (path !== '/api/v2/token-exchange-profiles') return false
      res.writeHead(403).end(JSON.stringify({ statusCode: 403, errorCode: 'feature_not_enabled' }))
      return true
    }
    const { code, io } = await setUp('--yes')
    expect(code).toBe(1)
    expect(io.output()).toContain("The tenant's plan has no Custom Token Exchange")
    expect(used.standIn.writes()).toEqual([])
  })
})

describe('one tenant with several servers and both profiles', () => {
  test('a second server gets a client, an Action and a profile of its own', async () => {
    await setUp('--yes')
    const other = ['--server-url', 'http://localhost:4001', '--settings-file', 'other.env']
    const { code } = await setUp('--yes', ...other, '--subject-token-type', 'urn:example:other')
    expect(code).toBe(0)
    const { clients, actions, tokenExchangeProfiles } = used.standIn.tenant
    expect([clients, actions, tokenExchangeProfiles].map(({ length }) => length)).toEqual([2, 2, 2])
    used.standIn.requests.length = 0
    expect((await setUp('--yes')).code).toBe(0)
    expect(used.standIn.writes()).toEqual([])
  })

  test('a .env of the other profile is not taken for one that is right', async () => {
    await setUp('--yes')
    const { code, io } = await used.bench.setup('--yes')
    expect(code).toBe(1)
    expect(io.output()).toContain('MCP_AUTH0_SUBJECT_TOKEN_TYPE')
    expect(io.output()).toContain('--force')
    expect((await used.bench.setup('--yes', '--force')).code).toBe(0)
    const config = parseConfig(parseEnv(readFileSync(used.bench.envPath, 'utf8')))
    expect(config.exchange.subjectTokenType).toBeUndefined()
  })
})
