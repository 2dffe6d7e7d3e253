import {
  action,
  client,
  ownGrant,
  profile,
  remove,
  thirdParties,
  without,
  type TenantAilment,
} from './tenant-ailment.js'
import { API } from './tenant-world.js'

export const OF_THE_CLIENT: readonly TenantAilment[] = [
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

export const OF_THE_GRANTS: readonly TenantAilment[] = [
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
    message: /tool:greet at .*, tool:whoami at .*, read:private at/,
    hint: /User Management, Roles/,
    cure: 'setup',
  },
]

/** What can be wrong where a token exchange profile does it, beside all that. */
export const OF_THE_PROFILE: readonly TenantAilment[] = [
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
      Object.assign(action(tenant), { deployed: undefined, allChangesDeployed: false })
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
      const draft = { ...ours.draft, code: `${ours.draft.code}\n// changed` }
      Object.assign(ours, { draft, allChangesDeployed: false })
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
