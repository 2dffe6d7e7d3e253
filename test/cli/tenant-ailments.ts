import type { Entry, Tenant } from '../../apps/authorization-server/testing/management/tenant.js'
import { API, MCP } from './setup-support.js'

/** One thing that is wrong with a tenant, and the only finding that it makes. */
export interface TenantAilment {
  readonly title: string
  readonly ail: (tenant: Tenant) => void
  /** What the settings of the server have differently. */
  readonly environment?: Readonly<Record<string, string>>
  readonly check: string
  /** Default: wrong. */
  readonly verdict?: 'warning'
  readonly message: RegExp
  readonly hint: RegExp
  /** Whether running `setup` again is the cure that the hint names. Default: by hand. */
  readonly cure?: 'setup'
}

const named = (list: readonly Entry[], key: string, value: string): Entry => {
  const found = list.find((entry) => entry[key] === value)
  if (found === undefined) throw new Error(`the healthy tenant has no ${key} ${value}`)
  return found
}
const serverApi = ({ resourceServers }: Tenant): Entry => named(resourceServers, 'identifier', MCP)
const api = ({ resourceServers }: Tenant): Entry => named(resourceServers, 'identifier', API)
const client = ({ clients }: Tenant): Entry => {
  const [only] = clients
  if (only === undefined) throw new Error('the healthy tenant has no client')
  return only
}
const ownGrant = ({ clientGrants }: Tenant): Entry => named(clientGrants, 'audience', API)
const thirdParties = ({ clientGrants }: Tenant): Entry => named(clientGrants, 'audience', MCP)
const remove = (list: unknown[], entry: unknown): void => {
  list.splice(list.indexOf(entry), 1)
}
const without = (entry: Entry, key: string): void => {
  Reflect.deleteProperty(entry, key)
}
/** Another entry in place of the first one, with everything that hung on it left as it is. */
const renamed = (list: Entry[], entry: Entry, changes: Entry): void => {
  list[list.indexOf(entry)] = { ...entry, ...changes }
}

const OF_THE_SETTINGS: readonly TenantAilment[] = [
  {
    title: 'resource_parameter_profile is "audience"',
    ail: ({ settings }) => (settings['resource_parameter_profile'] = 'audience'),
    check: 'tenant.settings',
    message: /resource_parameter_profile is "audience"/,
    hint: /"compatibility".*setup/,
    cure: 'setup',
  },
  {
    title: 'resource_parameter_profile was never set',
    ail: ({ settings }) => {
      without(settings, 'resource_parameter_profile')
    },
    check: 'tenant.settings',
    message: /resource_parameter_profile is "audience"/,
    hint: /Resource Parameter Compatibility Profile/,
    cure: 'setup',
  },
  {
    title: 'metadata documents and registration are both off',
    ail: ({ settings }) => (settings['client_id_metadata_document_supported'] = false),
    check: 'tenant.registration',
    verdict: 'warning',
    message: /both off/,
    hint: /--clients metadata/,
    cure: 'setup',
  },
  {
    title: 'registration is open to clients without the stricter rules',
    ail: ({ settings }) =>
      Object.assign(settings, {
        flags: { enable_dynamic_client_registration: true },
        dynamic_client_registration_security_mode: 'permissive',
      }),
    check: 'tenant.registration',
    verdict: 'warning',
    message: /"permissive"/,
    hint: /"strict"/,
  },
  {
    title: 'no connection is at domain level',
    ail: ({ connections }) => Object.assign(connections[0] ?? {}, { is_domain_connection: false }),
    check: 'tenant.connection',
    message: /No connection is at domain level/,
    hint: /--connection.*Domain Level/,
    cure: 'setup',
  },
]

const OF_THE_SERVERS_API: readonly TenantAilment[] = [
  {
    title: "the MCP server's API is not there",
    ail: (tenant) => {
      remove(tenant.resourceServers, serverApi(tenant))
      remove(tenant.clientGrants, thirdParties(tenant))
    },
    check: 'tenant.server_api',
    message: /no API with the identifier http:\/\/localhost:\d+\/mcp\.$/,
    hint: /setup.*AUTH0_AUDIENCE/,
  },
  {
    title: "the MCP server's API has a slash at its end",
    ail: (tenant) => {
      renamed(tenant.resourceServers, serverApi(tenant), { identifier: `${MCP}/` })
    },
    check: 'tenant.server_api',
    message: /differs by its last slash/,
    hint: /Set AUTH0_AUDIENCE to http:\/\/localhost:\d+\/mcp\/\./,
  },
  {
    title: "the tokens of the MCP server's API are signed with a shared secret",
    ail: (tenant) => (serverApi(tenant)['signing_alg'] = 'HS256'),
    check: 'tenant.server_api',
    message: /signing_alg.*"HS256"/,
    hint: /"RS256"/,
    cure: 'setup',
  },
  {
    title: "the tokens of the MCP server's API are encrypted",
    ail: (tenant) =>
      (serverApi(tenant)['token_encryption'] = { format: 'compact-nested-jwe', encryption_key: {} }),
    check: 'tenant.server_api',
    message: /token_encryption/,
    hint: /Token Encryption/,
  },
  {
    title: "no user may have a token for the MCP server's API",
    ail: (tenant) =>
      (serverApi(tenant)['subject_type_authorization'] = { user: { policy: 'deny_all' } }),
    check: 'tenant.server_api',
    message: /"deny_all"/,
    hint: /Application Access/,
  },
  {
    title: "the MCP server's API lacks a scope of a tool",
    ail: (tenant) =>
      (serverApi(tenant)['scopes'] = [{ value: 'tool:whoami', description: 'tool:whoami' }]),
    check: 'tenant.server_api',
    message: /does not define tool:greet/,
    hint: /--server-scopes/,
    cure: 'setup',
  },
  {
    title: "roles do not count at the MCP server's API",
    ail: (tenant) => (serverApi(tenant)['enforce_policies'] = false),
    check: 'tenant.server_api',
    verdict: 'warning',
    message: /RBAC.*off/,
    hint: /Enable RBAC/,
    cure: 'setup',
  },
  {
    title: "the tokens of the MCP server's API have no permissions",
    ail: (tenant) => (serverApi(tenant)['token_dialect'] = 'rfc9068_profile'),
    check: 'tenant.server_api',
    verdict: 'warning',
    message: /token_dialect.*"rfc9068_profile".*step up/,
    hint: /rfc9068_profile_authz/,
    cure: 'setup',
  },
  {
    title: 'permissions alone decide, and the tokens have none',
    ail: (tenant) => {
      without(serverApi(tenant), 'token_dialect')
    },
    environment: { AUTHORIZATION_CLAIMS: 'permissions' },
    check: 'tenant.server_api',
    message: /token_dialect.*"access_token".*AUTHORIZATION_CLAIMS/,
    hint: /rfc9068_profile_authz/,
    cure: 'setup',
  },
  {
    title: "the MCP server's API gives no refresh tokens",
    ail: (tenant) => (serverApi(tenant)['allow_offline_access'] = false),
    check: 'tenant.server_api',
    verdict: 'warning',
    message: /no refresh token/,
    hint: /Allow Offline Access/,
    cure: 'setup',
  },
]

const OF_THE_API: readonly TenantAilment[] = [
  {
    title: 'the API is not there',
    ail: (tenant) => {
      remove(tenant.resourceServers, api(tenant))
      remove(tenant.clientGrants, ownGrant(tenant))
    },
    check: 'tenant.api',
    message: /no API with the identifier https:\/\/api\.example\.com\/\.$/,
    hint: /API_AUTH0_AUDIENCE/,
  },
  {
    title: 'the API has no slash at its end',
    ail: (tenant) => {
      renamed(tenant.resourceServers, api(tenant), { identifier: API.slice(0, -1) })
    },
    check: 'tenant.api',
    message: /There is https:\/\/api\.example\.com, which differs by its last slash/,
    hint: /Set API_AUTH0_AUDIENCE to https:\/\/api\.example\.com\./,
  },
  {
    title: 'the tokens of the API are signed with a shared secret',
    ail: (tenant) => (api(tenant)['signing_alg'] = 'HS256'),
    check: 'tenant.api',
    message: /"HS256": the server cannot check an exchanged token/,
    hint: /"RS256"/,
  },
  {
    title: 'the tokens of the API are encrypted',
    ail: (tenant) => (api(tenant)['token_encryption'] = { format: 'compact-nested-jwe' }),
    check: 'tenant.api',
    message: /token_encryption/,
    hint: /Token Encryption/,
  },
  {
    title: 'no user may have a token for the API',
    ail: (tenant) => (api(tenant)['subject_type_authorization'] = { user: { policy: 'deny_all' } }),
    check: 'tenant.api',
    message: /"deny_all": no exchange/,
    hint: /require_client_grant/,
  },
  {
    title: 'the API lacks a scope that a tool needs',
    ail: (tenant) => (api(tenant)['scopes'] = []),
    check: 'tenant.api',
    message: /does not define read:private/,
    hint: /--api-scopes/,
    cure: 'setup',
  },
  {
    title: 'the API wants the consent of the user',
    ail: (tenant) => (api(tenant)['skip_consent_for_verifiable_first_party_clients'] = false),
    check: 'tenant.api',
    message: /nobody can be asked/,
    hint: /Allow Skipping User Consent/,
    cure: 'setup',
  },
  {
    title: 'roles do not count at the API',
    ail: (tenant) => (api(tenant)['enforce_policies'] = false),
    check: 'tenant.api',
    verdict: 'warning',
    message: /RBAC.*off/,
    hint: /Enable RBAC/,
  },
]

const OF_THE_CLIENT: readonly TenantAilment[] = [
  {
    title: 'the client of the settings is not there',
    ail: () => undefined,
    environment: { MCP_AUTH0_CLIENT_ID: 'another-client' },
    check: 'tenant.client',
    message: /no client another-client/,
    hint: /MCP_AUTH0_CLIENT_ID/,
  },
  {
    title: 'the client is no client of an API',
    ail: (tenant) => {
      Object.assign(client(tenant), { app_type: 'non_interactive' })
      without(client(tenant), 'resource_server_identifier')
    },
    check: 'tenant.client',
    message: /app_type.*"non_interactive"/,
    hint: /setup.*creates a client/,
  },
  {
    title: "the client is that of another server's API",
    ail: (tenant) => (client(tenant)['resource_server_identifier'] = 'https://other.example/mcp'),
    check: 'tenant.client',
    message: /resource_server_identifier.*https:\/\/other\.example\/mcp/,
    hint: /setup.*creates a client/,
  },
  {
    title: 'the client may not exchange on behalf of users',
    ail: (tenant) => (client(tenant)['token_exchange'] = { allow_any_profile_of_type: [] }),
    check: 'tenant.client',
    message: /lacks "on_behalf_of_token_exchange"/,
    hint: /setup/,
    cure: 'setup',
  },
  {
    title: 'the client has no credentials',
    ail: (tenant) => (client(tenant)['token_endpoint_auth_method'] = 'none'),
    check: 'tenant.client',
    message: /"none"/,
    hint: /client_secret_post/,
    cure: 'setup',
  },
  {
    title: 'the client proves itself with a key, and the settings have a secret',
    ail: (tenant) => {
      without(client(tenant), 'token_endpoint_auth_method')
      client(tenant)['client_authentication_methods'] = { private_key_jwt: { credentials: [] } }
    },
    check: 'tenant.client',
    message: /use a secret.*private_key_jwt/,
    hint: /MCP_AUTH0_CLIENT_AUTHENTICATION/,
  },
  {
    title: "the client does not trust the user's address that is sent",
    ail: (tenant) => (client(tenant)['is_token_endpoint_ip_header_trusted'] = false),
    environment: { FORWARD_CLIENT_ADDRESS: 'true' },
    check: 'tenant.client',
    verdict: 'warning',
    message: /does not trust the header/,
    hint: /Trust Token Endpoint IP Header/,
  },
]

const OF_THE_GRANTS: readonly TenantAilment[] = [
  {
    title: 'the exchanging client has no grant',
    ail: (tenant) => {
      remove(tenant.clientGrants, ownGrant(tenant))
    },
    check: 'tenant.client_grant',
    message: /There is no grant of the client \w+ to https:\/\/api\.example\.com\//,
    hint: /User Access/,
    cure: 'setup',
  },
  {
    title: 'the grant of the exchanging client is for machines',
    ail: (tenant) => (ownGrant(tenant)['subject_type'] = 'client'),
    check: 'tenant.client_grant',
    message: /is for the client itself, not for users/,
    hint: /User Access/,
    cure: 'setup',
  },
  {
    title: 'the grant of the exchanging client lacks a scope',
    ail: (tenant) => (ownGrant(tenant)['scope'] = []),
    check: 'tenant.client_grant',
    message: /lacks read:private/,
    hint: /Add read:private/,
    cure: 'setup',
  },
  {
    title: 'third-party clients have no default permissions',
    ail: (tenant) => {
      remove(tenant.clientGrants, thirdParties(tenant))
    },
    check: 'tenant.third_party_grant',
    message: /no grant of third-party clients/,
    hint: /Default Permissions for Third-Party Applications/,
    cure: 'setup',
  },
  {
    title: 'the default permissions of third-party clients are for machines',
    ail: (tenant) => (thirdParties(tenant)['subject_type'] = 'client'),
    check: 'tenant.third_party_grant',
    message: /is for the client itself, not for users/,
    hint: /Default Permissions/,
    cure: 'setup',
  },
  {
    title: 'the default permissions of third-party clients lack a scope',
    ail: (tenant) => (thirdParties(tenant)['scope'] = ['tool:whoami']),
    check: 'tenant.third_party_grant',
    message: /lacks tool:greet/,
    hint: /Add tool:greet/,
    cure: 'setup',
  },
  {
    title: "no role has the API's permission",
    ail: ({ roles }) => {
      for (const { permissions } of roles) {
        permissions.splice(
          0,
          permissions.length,
          ...permissions.filter((one) => one.resource_server_identifier !== API),
        )
      }
    },
    check: 'tenant.roles',
    message: /No role has the permission read:private at https:\/\/api\.example\.com\//,
    hint: /--role/,
    cure: 'setup',
  },
  {
    title: 'there is no role',
    ail: ({ roles, users }) => {
      roles.length = 0
      for (const user of users) user.roles.length = 0
    },
    check: 'tenant.roles',
    message: /tool:whoami at .*, tool:greet at .*, read:private at/,
    hint: /User Management, Roles/,
    cure: 'setup',
  },
]

/** What can be wrong where tokens are exchanged on behalf of users. */
export const ON_BEHALF_OF_AILMENTS: readonly TenantAilment[] = [
  ...OF_THE_SETTINGS,
  ...OF_THE_SERVERS_API,
  ...OF_THE_API,
  ...OF_THE_CLIENT,
  ...OF_THE_GRANTS,
]

const profile = ({ tokenExchangeProfiles: [only] }: Tenant) => {
  if (only === undefined) throw new Error('the healthy tenant has no profile')
  return only
}
const action = ({ actions: [only] }: Tenant) => {
  if (only === undefined) throw new Error('the healthy tenant has no Action')
  return only
}

/** What can be wrong where a token exchange profile does it, beside all that. */
export const PROFILE_AILMENTS: readonly TenantAilment[] = [
  {
    title: 'there is no profile',
    ail: (tenant) => {
      remove(tenant.tokenExchangeProfiles, profile(tenant))
    },
    check: 'tenant.profile',
    message: /no token exchange profile.*it has none/,
    hint: /setup --profile custom-token-exchange/,
    cure: 'setup',
  },
  {
    title: 'the profile is for another type of token',
    ail: (tenant) => {
      profile(tenant).subject_token_type = 'urn:acme:another-token'
    },
    check: 'tenant.profile',
    message: /it has urn:acme:another-token/,
    hint: /MCP_AUTH0_SUBJECT_TOKEN_TYPE/,
  },
  {
    title: 'the Action of the profile is gone',
    ail: (tenant) => {
      remove(tenant.actions, action(tenant))
    },
    check: 'tenant.profile',
    message: /Action of the token exchange profile does not exist/,
    hint: /setup/,
  },
  {
    title: 'the Action was never deployed',
    ail: (tenant) => {
      action(tenant).deployed = undefined
    },
    check: 'tenant.profile',
    message: /never been deployed/,
    hint: /Deploy/,
    cure: 'setup',
  },
  {
    title: 'the Action has changes that are not deployed',
    ail: (tenant) => {
      const ours = action(tenant)
      ours.draft = { ...ours.draft, code: `${ours.draft.code}\n// changed` }
    },
    check: 'tenant.profile',
    message: /changes that are not deployed/,
    hint: /Deploy/,
    cure: 'setup',
  },
  {
    title: 'the Action could not be built',
    ail: (tenant) => {
      action(tenant).status = 'failed'
    },
    check: 'tenant.profile',
    message: /could not build the Action/,
    hint: /Actions, Library/,
  },
  {
    title: 'the client is a third party',
    ail: (tenant) => (client(tenant)['is_first_party'] = false),
    check: 'tenant.client',
    message: /is_first_party/,
    hint: /first-party client/,
  },
  {
    title: 'the client may not use profiles',
    ail: (tenant) => {
      client(tenant)['token_exchange'] = {
        allow_any_profile_of_type: ['on_behalf_of_token_exchange'],
      }
    },
    check: 'tenant.client',
    message: /lacks "custom_authentication"/,
    hint: /beside what is allowed already/,
    cure: 'setup',
  },
  {
    title: 'the client does not conform to OpenID Connect',
    ail: (tenant) => (client(tenant)['oidc_conformant'] = false),
    check: 'tenant.client',
    message: /oidc_conformant/,
    hint: /OIDC Conformant/,
  },
  {
    title: 'no connection is enabled for the client',
    ail: ({ connections }) => {
      for (const { enabled_clients: enabled } of connections) enabled.length = 0
    },
    check: 'tenant.connection',
    message: /No connection is enabled for the client/,
    hint: /Connections/,
    cure: 'setup',
  },
]
