import { type Directory, parseDirectory } from '../directory.js'
import type { ActionContent, Entry, Tenant, UserEntry } from './management/tenant.js'

const CLIENT_MEMBERS = [
  'client_id',
  'name',
  'client_secret',
  'app_type',
  'is_first_party',
  'oidc_conformant',
  'resource_server_identifier',
  'token_endpoint_auth_method',
  'is_token_endpoint_ip_header_trusted',
  'client_metadata',
] as const
const API_MEMBERS = [
  'name',
  'identifier',
  'scopes',
  'signing_alg',
  'token_dialect',
  'token_lifetime',
  'enforce_policies',
  'allow_offline_access',
  'skip_consent_for_verifiable_first_party_clients',
] as const
const SETTINGS_MEMBERS = [
  'resource_parameter_profile',
  'client_id_metadata_document_supported',
  'default_audience',
] as const

/**
 * Returns what the authorization server has to know of a tenant, with Auth0's defaults where the tenant says nothing.
 *
 * What a tenant can hold and a directory cannot is left out: the system API, APIs with another `signing_alg` than RS256,
 * grants for machines, whatever names an API or a scope that is not there, profiles whose Action is not deployed. A user
 * signs in by `username`, else by e-mail address.
 *
 * Throws a `DirectoryError` for a tenant that contradicts itself.
 */
export function directoryOf(whole: Tenant): Directory {
  const resourceServers = whole.resourceServers.filter(
    ({ is_system: isSystem, signing_alg: algorithm = 'RS256' }) =>
      isSystem !== true && algorithm === 'RS256',
  )
  const tenant = { ...whole, resourceServers }
  const content = {
    resource_servers: apisOf(tenant),
    clients: tenant.clients.map((client) => clientOf(tenant, client)),
    client_grants: grantsOf(tenant),
    roles: rolesOf(tenant),
    connections: tenant.connections.map(
      ({ name, strategy, is_domain_connection = false, enabled_clients }) => ({
        ...{ name, strategy, is_domain_connection, enabled_clients },
      }),
    ),
    users: tenant.users.map((user) => userOf(tenant, user)),
    token_exchange_profiles: profilesOf(tenant),
    tenant_settings: settingsOf(tenant),
  }
  return parseDirectory(content, 'The tenant')
}

function apisOf({ resourceServers }: Tenant): object[] {
  return resourceServers.map((api) => {
    const { user = { policy: 'allow_all' } } = (api['subject_type_authorization'] ?? {}) as Entry
    return {
      name: api['identifier'],
      ...pick(api, API_MEMBERS),
      scopes: scopesOf(api).map(({ value, description }) => ({
        value,
        // The Management API takes an empty one.
        description: description === '' ? undefined : description,
      })),
      subject_type_authorization: { user },
    }
  })
}

/** The library wants a place to go back to for each client that signs users in, and for no other one. */
function clientOf({ resourceServers }: Tenant, client: Entry): object {
  const { callbacks = [], grant_types: grants = [], token_exchange: exchange } = client
  const signsIn = (callbacks as unknown[]).length > 0
  const grantTypes = (grants as unknown[]).filter(
    (grant) => grant === 'refresh_token' || (grant === 'authorization_code' && signsIn),
  )
  const isPublic = client['token_endpoint_auth_method'] === 'none'
  const isBound = resourceServers.some(
    ({ identifier }) => identifier === client['resource_server_identifier'],
  )
  return {
    ...pick(client, CLIENT_MEMBERS),
    // A client of an API that is not there is a client like any other.
    ...(client['app_type'] === 'resource_server' && !isBound
      ? { app_type: 'non_interactive', resource_server_identifier: undefined }
      : {}),
    client_secret: isPublic ? undefined : client['client_secret'],
    callbacks: grantTypes.includes('authorization_code') ? callbacks : [],
    grant_types: grantTypes,
    ...(exchange === undefined || exchange === null ? {} : { token_exchange: exchange }),
  }
}

function grantsOf({ clientGrants, clients, resourceServers }: Tenant): object[] {
  return clientGrants.flatMap(({ client_id, default_for, audience, ...grant }) => {
    const api = resourceServers.find(({ identifier }) => identifier === audience)
    const held = client_id === undefined || clients.some((one) => one['client_id'] === client_id)
    if (grant['subject_type'] !== 'user' || api === undefined || !held) return []
    const known = scopesOf(api).map(({ value }) => value)
    const isForAll = grant['allow_all_scopes'] === true
    const scope = ((grant['scope'] ?? []) as string[]).filter((one) => known.includes(one))
    return {
      ...{ client_id, default_for, audience, subject_type: 'user' },
      ...(isForAll ? { allow_all_scopes: true } : { scope }),
    }
  })
}

function rolesOf({ roles, resourceServers }: Tenant): object[] {
  const exists = (identifier: string, scope: string): boolean =>
    resourceServers.some(
      (api) =>
        api['identifier'] === identifier && scopesOf(api).some(({ value }) => value === scope),
    )
  return roles.map(({ name, permissions }) => ({
    name,
    permissions: permissions.filter((permission) =>
      exists(permission.resource_server_identifier, permission.permission_name),
    ),
  }))
}

function userOf(tenant: Tenant, user: UserEntry): object {
  const { user_id: userId, email, username = email ?? userId, name = username } = user
  const [identity] = (user['identities'] ?? []) as { readonly connection?: string }[]
  const [strategy] = userId.split('|')
  const own = tenant.connections.find((connection) => connection['strategy'] === strategy)
  return {
    ...{ user_id: userId, username, name, email, blocked: user['blocked'] },
    connection: identity?.connection ?? own?.['name'],
    roles: tenant.roles.filter(({ id }) => user.roles.includes(id)).map((role) => role['name']),
  }
}

function profilesOf({ tokenExchangeProfiles, actions }: Tenant): object[] {
  return tokenExchangeProfiles.flatMap(({ action_id: actionId, name, type, ...profile }) => {
    const deployed = actions.find(({ id }) => id === actionId)?.deployed
    if (deployed === undefined) return []
    const { subject_token_type } = profile
    return [{ name, type, subject_token_type, action: sourceOf(deployed) }]
  })
}

function sourceOf({ code, dependencies, secrets }: ActionContent): object {
  const entries = secrets.map(({ name, value }) => [name, value] as const)
  return { code, dependencies, secrets: Object.fromEntries(entries) }
}

function settingsOf({ settings }: Tenant): object {
  const flags = (settings['flags'] ?? {}) as Entry
  return {
    resource_parameter_profile: 'audience',
    client_id_metadata_document_supported: false,
    ...pick(settings, SETTINGS_MEMBERS),
    flags: {
      enable_dynamic_client_registration: flags['enable_dynamic_client_registration'] ?? false,
    },
  }
}

interface Scope {
  readonly value: string
  readonly description?: string
}

function scopesOf(api: Entry): readonly Scope[] {
  return (api['scopes'] ?? []) as readonly Scope[]
}

function pick(entry: Entry, names: readonly string[]): Entry {
  return Object.fromEntries(
    names.flatMap((name) => (entry[name] === undefined ? [] : [[name, entry[name]]])),
  )
}
