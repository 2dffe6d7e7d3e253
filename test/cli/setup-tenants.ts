import {
  newTenant,
  type Tenant,
} from '../../apps/authorization-server/testing/management/tenant.js'
import { API, MCP } from './setup-support.js'

const OTHER = 'https://other.example/'

/** A tenant that has had most of what setup needs for a while, made by hand, and used by others. */
export function usedTenant(): Tenant {
  return {
    ...newTenant(),
    settings: {
      resource_parameter_profile: 'audience',
      client_id_metadata_document_supported: false,
      dynamic_client_registration_security_mode: 'permissive',
      flags: { use_scope_descriptions: true, enable_dynamic_client_registration: true },
    },
    connections: [
      {
        ...{ id: 'con_1', name: 'Username-Password-Authentication', strategy: 'auth0' },
        ...{ options: { passwordPolicy: 'good' }, is_domain_connection: false },
        enabled_clients: ['portal'],
      },
    ],
    resourceServers: [
      { id: 'api_system', identifier: 'urn:system', is_system: true },
      {
        ...{ id: 'api_server', identifier: MCP, name: 'Tools', signing_alg: 'RS256' },
        ...{ token_dialect: 'access_token', enforce_policies: false, allow_offline_access: false },
        scopes: [{ value: 'tool:whoami', description: 'Who am I' }],
      },
      {
        ...{ id: 'api_protected', identifier: API, name: 'Orders', signing_alg: 'RS256' },
        ...{ token_dialect: 'access_token_authz', enforce_policies: true },
        skip_consent_for_verifiable_first_party_clients: false,
        subject_type_authorization: { user: { policy: 'require_client_grant' } },
        scopes: [{ value: 'write:orders', description: 'Write' }],
      },
      { id: 'api_other', identifier: OTHER, name: 'Other', scopes: [] },
    ],
    clients: [
      { client_id: 'portal', client_secret: 'the-secret-of-portal', app_type: 'regular_web' },
    ],
    clientGrants: [
      {
        ...{ id: 'cgr_1', client_id: 'portal', audience: API, subject_type: 'user' },
        scope: ['write:orders'],
      },
      {
        ...{ id: 'cgr_2', default_for: 'third_party_clients', audience: MCP, subject_type: 'user' },
        scope: ['tool:whoami'],
      },
    ],
    roles: [
      {
        ...{ id: 'rol_1', name: 'Tool User', description: 'Uses tools' },
        permissions: [{ resource_server_identifier: API, permission_name: 'write:orders' }],
      },
      { id: 'rol_2', name: 'Support', description: 'Helps', permissions: [] },
    ],
    users: [
      { user_id: 'auth0|ann', email: 'ann@example.com', roles: ['rol_1'] },
      { user_id: 'auth0|bob', email: 'bob@example.com', roles: [] },
    ],
    actions: [],
    tokenExchangeProfiles: [],
  }
}

/** A tenant on its first day, with users. */
export function freshTenant(): Tenant {
  const { users } = usedTenant()
  return { ...newTenant(), users: users.map((user) => ({ ...user, roles: [] })) }
}

export const TENANTS = { fresh: freshTenant, used: usedTenant } as const

const ROLES = ['--roles', 'quickstart', '--assign', 'bob@example.com=Tool User']
const PAGE = ['--confirmation-page', 'always']

/** Command lines that change as much as there is to change. */
export const SET_UPS = {
  'on-behalf-of': ['--clients', 'metadata,registration', ...ROLES, ...PAGE],
  'custom-token-exchange': [
    ...['--profile', 'custom-token-exchange', '--clients', 'metadata,registration', ...ROLES],
    ...PAGE,
  ],
} as const

/** The tenant with its random parts replaced: ids by their kind and number, secrets and hashes. */
export function comparable(tenant: Tenant): unknown {
  const ids = [
    ...tenant.resourceServers.map(({ id }, n) => [id, `api ${n}`]),
    ...tenant.clients.map(({ client_id }, n) => [client_id, `client ${n}`]),
    ...tenant.clients.map(({ client_secret }, n) => [client_secret, `secret ${n}`]),
    ...tenant.clientGrants.map(({ id }, n) => [id, `grant ${n}`]),
    ...tenant.roles.map(({ id }, n) => [id, `role ${n}`]),
    ...tenant.actions.map(({ id }, n) => [id, `action ${n}`]),
    ...tenant.tokenExchangeProfiles.map(({ id }, n) => [id, `profile ${n}`]),
  ] as [string, string][]
  const text = ids.reduce(
    (rest, [id, name]) => rest.replaceAll(JSON.stringify(id), JSON.stringify(name)),
    JSON.stringify(tenant),
  )
  return JSON.parse(text.replaceAll(/hash [0-9a-f]{64}/g, 'hash'))
}
