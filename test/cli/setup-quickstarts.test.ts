import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  newTenant,
  type Tenant,
} from '../../apps/authorization-server/testing/management/tenant.js'
import { useBench } from './setup-support.js'

const used = useBench()

const MCP = 'http://localhost:3001/'
const API = 'http://localhost:8787/'
const QUICKSTART = [
  ...['--server-identifier', MCP, '--api-identifier', API, '--roles', 'quickstart'],
]
const permission = (resource_server_identifier: string, permission_name: string) => ({
  resource_server_identifier,
  permission_name,
})

/** What both quickstarts do by hand, without the client. */
function quickstartTenant(): Tenant {
  const scopes = (...values: readonly string[]) =>
    values.map((value) => ({ value, description: value }))
  const policy = { policy: 'require_client_grant' }
  return {
    ...newTenant(),
    settings: { ...newTenant().settings, resource_parameter_profile: 'compatibility' },
    connections: newTenant().connections.map((connection) => ({
      ...connection,
      is_domain_connection: true,
    })),
    resourceServers: [
      {
        ...{ id: 'api_1', identifier: MCP, name: 'MCP Tools API', signing_alg: 'RS256' },
        ...{ token_dialect: 'rfc9068_profile_authz', enforce_policies: true },
        ...{ allow_offline_access: false, scopes: scopes('tool:whoami', 'tool:greet') },
      },
      {
        ...{ id: 'api_2', identifier: API, name: 'Protected Downstream API', signing_alg: 'RS256' },
        ...{ enforce_policies: true, subject_type_authorization: { user: policy, client: policy } },
        skip_consent_for_verifiable_first_party_clients: false,
        scopes: scopes('read:private'),
      },
    ],
    clientGrants: [
      {
        ...{ id: 'cgr_1', default_for: 'third_party_clients', audience: MCP, subject_type: 'user' },
        scope: ['tool:whoami', 'tool:greet'],
      },
    ],
    roles: [
      {
        ...{ id: 'rol_1', name: 'Tool Administrator', description: 'All tools' },
        permissions: [permission(MCP, 'tool:whoami'), permission(MCP, 'tool:greet')],
      },
      {
        ...{ id: 'rol_2', name: 'Tool User', description: 'Basic tools' },
        permissions: [permission(MCP, 'tool:whoami')],
      },
    ],
  }
}

const secret = { client_id: 'quickstart', client_secret: 'the-secret-of-the-quickstart' }
const onBehalfOf = {
  ...{ ...secret, name: 'MCP Server Client', app_type: 'resource_server', oidc_conformant: true },
  resource_server_identifier: MCP,
  token_exchange: { allow_any_profile_of_type: ['on_behalf_of_token_exchange'] },
}
const customExchange = {
  ...{ ...secret, name: 'MCP Server Client', app_type: 'non_interactive', is_first_party: true },
  ...{ oidc_conformant: true, grant_types: ['authorization_code'] },
  token_exchange: { allow_any_profile_of_type: ['custom_authentication'] },
}

describe('setup on the tenant of a quickstart', () => {
  test('On-Behalf-Of: the client and the APIs stay, what the quickstart forgets is added, --remove takes that back', async () => {
    const { tenant } = used.standIn
    Object.assign(tenant, quickstartTenant(), { clients: [onBehalfOf] })
    const before = structuredClone(tenant)
    expect((await used.bench.setup('--yes', ...QUICKSTART)).code).toBe(0)
    expect(tenant.clients.map(({ client_id }) => client_id)).toEqual(['quickstart'])
    expect(tenant.resourceServers.map(({ name }) => name)).toEqual([
      'MCP Tools API',
      'Protected Downstream API',
    ])
    expect(tenant.clientGrants).toMatchObject([
      { id: 'cgr_1' },
      { client_id: 'quickstart', audience: API, subject_type: 'user', scope: ['read:private'] },
    ])
    expect(tenant.roles[0]?.permissions).toContainEqual(permission(API, 'read:private'))
    expect(tenant.resourceServers[1]).toMatchObject({
      skip_consent_for_verifiable_first_party_clients: true,
    })
    const env = parseEnv(readFileSync(used.bench.envPath, 'utf8'))
    expect(env).toMatchObject({
      ...{ AUTH0_AUDIENCE: MCP, API_AUTH0_AUDIENCE: API },
      ...{ MCP_AUTH0_CLIENT_ID: 'quickstart', MCP_AUTH0_CLIENT_SECRET: secret.client_secret },
    })
    expect((await used.bench.setup('--yes', '--remove', ...QUICKSTART)).code).toBe(0)
    expect(tenant).toEqual(before)
  })

  test('Custom Token Exchange: the client, its Action and its profile stay, setup adds its own, --remove takes that back', async () => {
    const { tenant } = used.standIn
    Object.assign(tenant, quickstartTenant(), { clients: [customExchange] })
    tenant.connections[0]?.enabled_clients.push('quickstart')
    tenant.actions.push({
      ...{ id: 'act_1', name: 'first-party-on-behalf-of', status: 'built', readsUntilBuilt: 0 },
      supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }],
      ...{ deploysItself: false, allChangesDeployed: true, deployed: undefined },
      draft: { code: '', dependencies: [], runtime: 'node22', secrets: [] },
    })
    tenant.tokenExchangeProfiles.push({
      ...{ id: 'tep_1', name: 'MCP', subject_token_type: 'urn:fastmcp:mcp', action_id: 'act_1' },
      type: 'custom_authentication',
    })
    const before = structuredClone(tenant)
    const argv = [
      ...['--profile', 'custom-token-exchange', '--client-id', 'quickstart', ...QUICKSTART],
    ]
    expect((await used.bench.setup('--yes', ...argv)).code).toBe(0)
    expect(tenant.clients.map(({ client_id }) => client_id)).toEqual(['quickstart'])
    expect(tenant.actions).toHaveLength(2)
    expect(tenant.tokenExchangeProfiles.map((profile) => profile.subject_token_type)).toEqual([
      'urn:fastmcp:mcp',
      'urn:mcp-on-behalf-of:access-token',
    ])
    const env = parseEnv(readFileSync(used.bench.envPath, 'utf8'))
    expect(env).toMatchObject({
      ...{ MCP_AUTH0_CLIENT_ID: 'quickstart', MCP_AUTH0_CLIENT_SECRET: secret.client_secret },
      MCP_AUTH0_SUBJECT_TOKEN_TYPE: 'urn:mcp-on-behalf-of:access-token',
    })
    expect((await used.bench.setup('--yes', '--remove', ...argv)).code).toBe(0)
    expect(tenant).toEqual(before)
  })
})
