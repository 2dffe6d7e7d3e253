import { afterAll, beforeAll, beforeEach } from 'vitest'
import {
  type Tenant,
  newTenant,
} from '../../../../apps/authorization-server/testing/management/tenant.js'
import {
  type TenantServer,
  startTenantServer,
} from '../../../../apps/authorization-server/testing/tenant-server.js'
import { signIn } from '../../../../apps/development/sign-in.js'
import { shippedAction } from '../action-support.js'
import { API, CALLBACK, MCP, authorizationRequest, customForm, exchangeForm } from '../support.js'

export const ALICE = 'alice@example.com'

export interface Reply {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** A tenant in which a sign-in, and an exchange of either kind, succeed. */
export function fillTenant(tenant: Tenant): void {
  const roleId = 'rol_admin'
  Object.assign(tenant.settings, {
    resource_parameter_profile: 'compatibility',
    client_id_metadata_document_supported: true,
    flags: { enable_dynamic_client_registration: true },
  })
  const [connection] = tenant.connections
  Object.assign(connection ?? {}, {
    is_domain_connection: true,
    enabled_clients: ['curl', 'mcp-server-custom'],
  })
  tenant.resourceServers.push(
    {
      ...{ id: 'api_1', identifier: MCP, enforce_policies: true, signing_alg: 'RS256' },
      ...{ token_dialect: 'rfc9068_profile_authz', allow_offline_access: true },
      skip_consent_for_verifiable_first_party_clients: true,
      scopes: ['tool:whoami', 'tool:greet'].map((value) => ({ value, description: '' })),
    },
    {
      ...{ id: 'api_2', identifier: API, enforce_policies: true },
      skip_consent_for_verifiable_first_party_clients: true,
      subject_type_authorization: { user: { policy: 'require_client_grant' } },
      scopes: [{ value: 'read:private', description: '' }],
    },
  )
  addClients(tenant)
  const permissions = [
    { resource_server_identifier: MCP, permission_name: 'tool:whoami' },
    { resource_server_identifier: MCP, permission_name: 'tool:greet' },
    { resource_server_identifier: API, permission_name: 'read:private' },
  ]
  tenant.roles.push({ id: roleId, name: 'Admin', permissions })
  tenant.users.push({ user_id: 'auth0|alice', email: ALICE, roles: [roleId] })
  addProfile(tenant)
}

function addClients({ clients, clientGrants }: Tenant): void {
  const { client_id: own, client_secret: ownSecret } = exchangeForm('')
  const { client_id: custom, client_secret: customSecret } = customForm('')
  clients.push(
    {
      ...{ client_id: own, client_secret: ownSecret, name: 'MCP server' },
      ...{ app_type: 'resource_server', resource_server_identifier: MCP },
      token_exchange: { allow_any_profile_of_type: ['on_behalf_of_token_exchange'] },
    },
    {
      ...{ client_id: custom, client_secret: customSecret, name: 'MCP server, custom' },
      ...{ app_type: 'non_interactive', grant_types: ['authorization_code'] },
      token_exchange: { allow_any_profile_of_type: ['custom_authentication'] },
    },
    {
      ...{ client_id: 'curl', name: 'Command line', app_type: 'native', callbacks: [CALLBACK] },
      ...{ token_endpoint_auth_method: 'none', grant_types: ['authorization_code'] },
    },
  )
  for (const client_id of [own, custom]) {
    const grant = { audience: API, scope: ['read:private'], subject_type: 'user' }
    clientGrants.push({ id: `cgr_${client_id ?? ''}`, client_id, ...grant })
  }
  const scope = ['tool:whoami', 'tool:greet']
  const forAll = { default_for: 'third_party_clients', audience: MCP, subject_type: 'user' }
  clientGrants.push({ id: 'cgr_default', ...forAll, scope })
}

function addProfile({ actions, tokenExchangeProfiles }: Tenant): void {
  const { code, secrets } = shippedAction()
  const content = {
    ...{ code, runtime: 'node22', dependencies: [{ name: 'jose', version: '6' }] },
    secrets: Object.entries(secrets).map(([name, value]) => ({ name, value })),
  }
  actions.push({
    ...{ id: 'act_1', name: 'An Action', status: 'built', readsUntilBuilt: 0 },
    supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }],
    ...{
      draft: content,
      deployed: { ...content, number: 1 },
      deploysItself: false,
      allChangesDeployed: true,
    },
  })
  tokenExchangeProfiles.push({
    ...{ id: 'tep_1', name: 'A profile', subject_token_type: 'urn:fastmcp:mcp' },
    ...{ action_id: 'act_1', type: 'custom_authentication' },
  })
}

/** One server for all tests of a file; each begins with the same tenant. */
export function useFilledTenant(): { readonly server: TenantServer } {
  const held: { server?: TenantServer } = {}
  const running = (): TenantServer => {
    if (held.server === undefined) throw new Error('only within a test')
    return held.server
  }
  beforeAll(async () => {
    held.server = await startTenantServer()
  })
  beforeEach(() => {
    const { tenant } = running()
    fillTenant(Object.assign(tenant, newTenant()))
  })
  afterAll(() => held.server?.close())
  return {
    get server() {
      return running()
    },
  }
}

export async function post(
  { issuer, fetch: trusting }: TenantServer,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<Reply> {
  const body = new URLSearchParams(form).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await trusting(`${issuer}${path}`, { method: 'POST', headers, body })
  return { status: response.status, body: (await response.json()) as Reply['body'] }
}

/** Signs a user in and trades the code; without a code, the parameters of the callback are the body. */
export async function obtain(
  server: TenantServer,
  params: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const { url, verifier } = authorizationRequest(server, params)
  const { searchParams: callback } = await signIn({
    ...{ authorizationUrl: url, username: ALICE, fetch: server.fetch },
  })
  const code = callback.get('code')
  if (code === null) return { status: 0, body: Object.fromEntries(callback) }
  return post(server, 'oauth/token', {
    grant_type: 'authorization_code',
    client_id: url.searchParams.get('client_id') ?? '',
    redirect_uri: CALLBACK,
    code,
    code_verifier: verifier,
  })
}
