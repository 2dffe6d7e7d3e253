import {
  type DirectoryFault,
  repeated,
  unknownApi,
  unknownClient,
  unknownRole,
} from './directory-faults.js'
import type { ActionSettings, Directory, OrganizationEntry } from './directory-schema.js'
import { isOidcScope } from './oidc-scopes.js'

/** Returns what the organizations, exchange profiles and settings of a directory refer to in vain. */
export function findTenantReferenceFaults(directory: Directory): DirectoryFault[] {
  const { organizations, tenant_settings: settings, token_exchange_profiles: profiles } = directory
  return [
    ...repeated(
      organizations.map(({ id }) => id),
      (index) => `organizations[${index}].id`,
    ),
    ...repeated(
      organizations.map(({ name }) => name),
      (index) => `organizations[${index}].name`,
    ),
    ...organizations.flatMap((organization, index) =>
      memberFaults(directory, organization, `organizations[${index}].members`),
    ),
    ...repeated(
      profiles.map((profile) => profile.subject_token_type),
      (index) => `token_exchange_profiles[${index}].subject_token_type`,
    ),
    ...profiles.flatMap(({ action }, index) =>
      'code' in action
        ? []
        : actionFaults(directory, action, `token_exchange_profiles[${index}].action`),
    ),
    ...connectionFaults(directory),
    ...(settings.default_audience === undefined
      ? []
      : unknownApi(directory, 'tenant_settings.default_audience', settings.default_audience)),
  ]
}

function memberFaults(
  directory: Directory,
  { members }: OrganizationEntry,
  place: string,
): DirectoryFault[] {
  const users = directory.users.map((user) => user.user_id)
  return [
    ...repeated(
      members.map((member) => member.user_id),
      (index) => `${place}[${index}].user_id`,
    ),
    ...members.flatMap(({ user_id: userId, roles }, index) => [
      ...(users.includes(userId)
        ? []
        : [
            {
              place: `${place}[${index}].user_id`,
              hint: `no user has the user_id ${userId}; add it under users`,
            },
          ]),
      ...roles.flatMap((role, roleIndex) =>
        unknownRole(directory, `${place}[${index}].roles[${roleIndex}]`, role),
      ),
    ]),
  ]
}

/** Without connections nobody has one; with some, everybody has one of them. */
function connectionFaults(directory: Directory): DirectoryFault[] {
  const { connections, users } = directory
  const names = connections?.map(({ name }) => name) ?? []
  return [
    ...repeated(names, (index) => `connections[${index}].name`),
    ...(connections ?? []).flatMap(({ enabled_clients: clientIds }, index) =>
      clientIds.flatMap((clientId, clientIndex) =>
        unknownClient(directory, `connections[${index}].enabled_clients[${clientIndex}]`, clientId),
      ),
    ),
    ...users.flatMap(({ connection }, index) => {
      if (connection === undefined && connections === undefined) return []
      if (connection !== undefined && names.includes(connection)) return []
      const hint = `name a connection of the directory; known: ${names.join(', ') || 'none'}`
      return [{ place: `users[${index}].connection`, hint }]
    }),
  ]
}

function actionFaults(
  directory: Directory,
  action: ActionSettings,
  place: string,
): DirectoryFault[] {
  return [
    ...unknownApi(directory, `${place}.SUBJECT_TOKEN_AUDIENCE`, action.SUBJECT_TOKEN_AUDIENCE),
    ...action.ALLOWED_TARGET_AUDIENCES.flatMap((identifier, index) =>
      unknownApi(directory, `${place}.ALLOWED_TARGET_AUDIENCES[${index}]`, identifier),
    ),
    ...action.ALLOWED_CLIENT_IDS.flatMap((clientId, index) =>
      unknownClient(directory, `${place}.ALLOWED_CLIENT_IDS[${index}]`, clientId),
    ),
    ...scopeFaults(directory, action, `${place}.ALLOWED_SCOPES`),
  ]
}

function scopeFaults(
  directory: Directory,
  action: ActionSettings,
  place: string,
): DirectoryFault[] {
  const known = directory.resource_servers
    .filter((api) => action.ALLOWED_TARGET_AUDIENCES.includes(api.identifier))
    .flatMap((api) => api.scopes.map((scope) => scope.value))
  return action.ALLOWED_SCOPES.flatMap((scope, index) =>
    isOidcScope(scope) || known.includes(scope)
      ? []
      : [
          {
            place: `${place}[${index}]`,
            hint: `no API of ALLOWED_TARGET_AUDIENCES has a scope ${scope}; known: ${known.join(', ')}`,
          },
        ],
  )
}
