import type { ActionSettings, ActionSource, Directory } from './directory-schema.js'

/** Returns a copy of a directory in which every identifier of an API went through `replace`. */
export function replaceIdentifiers(
  directory: Directory,
  replace: (identifier: string) => string,
): Directory {
  const { default_audience: defaultAudience, ...settings } = directory.tenant_settings
  return {
    ...directory,
    resource_servers: directory.resource_servers.map((api) => ({
      ...api,
      identifier: replace(api.identifier),
    })),
    clients: directory.clients.map(({ resource_server_identifier: bound, ...client }) => ({
      ...client,
      resource_server_identifier: bound && replace(bound),
    })),
    client_grants: directory.client_grants.map((grant) => ({
      ...grant,
      audience: replace(grant.audience),
    })),
    roles: directory.roles.map((role) => ({
      ...role,
      permissions: role.permissions.map((permission) => ({
        ...permission,
        resource_server_identifier: replace(permission.resource_server_identifier),
      })),
    })),
    token_exchange_profiles: directory.token_exchange_profiles.map(({ action, ...profile }) => ({
      ...profile,
      action: 'code' in action ? replaceSecrets(action, replace) : replaceSettings(action, replace),
    })),
    tenant_settings: {
      ...settings,
      default_audience: defaultAudience && replace(defaultAudience),
    },
  }
}

function replaceSettings(
  action: ActionSettings,
  replace: (identifier: string) => string,
): ActionSettings {
  return {
    ...action,
    SUBJECT_TOKEN_AUDIENCE: replace(action.SUBJECT_TOKEN_AUDIENCE),
    ALLOWED_TARGET_AUDIENCES: action.ALLOWED_TARGET_AUDIENCES.map(replace),
  }
}

/** A secret that is an identifier, as a whole. */
function replaceSecrets(
  action: ActionSource,
  replace: (identifier: string) => string,
): ActionSource {
  const secrets = Object.entries(action.secrets).map(([name, value]) => [name, replace(value)])
  return { ...action, secrets: Object.fromEntries(secrets) as Record<string, string> }
}
