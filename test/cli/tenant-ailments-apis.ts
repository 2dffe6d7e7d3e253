import {
  api,
  ownGrant,
  remove,
  renamed,
  serverApi,
  thirdParties,
  without,
  type TenantAilment,
} from './tenant-ailment.js'
import { API } from './tenant-world.js'

export const OF_THE_SETTINGS: readonly TenantAilment[] = [
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

export const OF_THE_SERVERS_API: readonly TenantAilment[] = [
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
      const api = serverApi(tenant)
      renamed(tenant.resourceServers, api, { identifier: `${String(api['identifier'])}/` })
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
      (serverApi(tenant)['token_encryption'] = {
        format: 'compact-nested-jwe',
        encryption_key: {},
      }),
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

export const OF_THE_API: readonly TenantAilment[] = [
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
