import {
  type DirectoryFault,
  repeated,
  unknownApi,
  unknownClient,
  unknownRole,
} from './directory-faults.js'
import type { ClientEntry, ClientGrantEntry, Directory } from './directory-schema.js'
import { findTenantReferenceFaults } from './directory-tenant-references.js'

/**
 * Returns every entry of a well-formed directory that contradicts another one.
 *
 * Checks that names are unique, that what is referred to exists, and that a client has what its type
 * needs. An empty list means that the directory is consistent.
 */
export function findReferenceFaults(directory: Directory): DirectoryFault[] {
  return [
    ...duplicates(directory),
    ...directory.clients.flatMap((client, index) =>
      clientFaults(directory, client, `clients[${index}]`),
    ),
    ...directory.client_grants.flatMap((grant, index) =>
      grantFaults(directory, grant, `client_grants[${index}]`),
    ),
    ...roleFaults(directory),
    ...userFaults(directory),
    ...findTenantReferenceFaults(directory),
  ]
}

function duplicates(directory: Directory): DirectoryFault[] {
  return [
    ...repeated(
      directory.resource_servers.map((api) => api.identifier),
      (index) => `resource_servers[${index}].identifier`,
    ),
    ...repeated(
      directory.clients.map((client) => client.client_id),
      (index) => `clients[${index}].client_id`,
    ),
    ...repeated(
      directory.roles.map((role) => role.name),
      (index) => `roles[${index}].name`,
    ),
    ...repeated(
      directory.users.map((user) => user.user_id),
      (index) => `users[${index}].user_id`,
    ),
    ...repeated(
      directory.users.map((user) => user.username),
      (index) => `users[${index}].username`,
    ),
    ...repeated(
      directory.client_grants.map((grant) =>
        JSON.stringify([grant.client_id ?? grant.default_for, grant.audience, grant.subject_type]),
      ),
      (index) => `client_grants[${index}]`,
    ),
  ]
}

function clientFaults(directory: Directory, client: ClientEntry, place: string): DirectoryFault[] {
  const faults: DirectoryFault[] = []
  const isPublic = client.token_endpoint_auth_method === 'none'
  if (isPublic !== (client.client_secret === undefined)) {
    faults.push({
      place: `${place}.client_secret`,
      hint: isPublic
        ? 'remove it, or set token_endpoint_auth_method to client_secret_post'
        : 'add one, or set token_endpoint_auth_method to none',
    })
  }
  if (client.grant_types.includes('authorization_code') !== client.callbacks.length > 0) {
    faults.push({
      place: `${place}.callbacks`,
      hint: 'callbacks and the grant type authorization_code go together: give both or neither',
    })
  }
  const bound = client.resource_server_identifier
  if ((client.app_type === 'resource_server') !== (bound !== undefined)) {
    faults.push({
      place: `${place}.resource_server_identifier`,
      hint: 'give it to clients of app_type resource_server, and to no others',
    })
  }
  if (bound !== undefined) {
    faults.push(...unknownApi(directory, `${place}.resource_server_identifier`, bound))
  }
  if (isPublic && client.is_token_endpoint_ip_header_trusted === true) {
    faults.push({
      place: `${place}.is_token_endpoint_ip_header_trusted`,
      hint: 'remove it, or give the client a secret: anyone can pose as a client without one',
    })
  }
  return faults
}

function grantFaults(
  directory: Directory,
  grant: ClientGrantEntry,
  place: string,
): DirectoryFault[] {
  const faults: DirectoryFault[] = []
  if ((grant.client_id === undefined) === (grant.default_for === undefined)) {
    faults.push({ place, hint: 'give exactly one of client_id and default_for' })
  }
  if ((grant.scope === undefined) !== grant.allow_all_scopes) {
    faults.push({ place: `${place}.scope`, hint: 'give scope, or allow_all_scopes: true' })
  }
  if (grant.client_id !== undefined) {
    faults.push(...unknownClient(directory, `${place}.client_id`, grant.client_id))
  }
  return [
    ...faults,
    ...(grant.scope ?? []).flatMap((scope, index) =>
      scopeFaults(directory, { identifier: grant.audience, scope }, `${place}.scope[${index}]`),
    ),
    ...unknownApi(directory, `${place}.audience`, grant.audience),
  ]
}

function roleFaults(directory: Directory): DirectoryFault[] {
  return directory.roles.flatMap((role, roleIndex) =>
    role.permissions.flatMap((permission, index) => {
      const place = `roles[${roleIndex}].permissions[${index}]`
      const target = permission.resource_server_identifier
      return [
        ...unknownApi(directory, `${place}.resource_server_identifier`, target),
        ...scopeFaults(
          directory,
          { identifier: target, scope: permission.permission_name },
          `${place}.permission_name`,
        ),
      ]
    }),
  )
}

function userFaults(directory: Directory): DirectoryFault[] {
  return directory.users.flatMap((user, userIndex) =>
    user.roles.flatMap((role, index) =>
      unknownRole(directory, `users[${userIndex}].roles[${index}]`, role),
    ),
  )
}

function scopeFaults(
  directory: Directory,
  wanted: { readonly identifier: string; readonly scope: string },
  place: string,
): DirectoryFault[] {
  const api = directory.resource_servers.find((entry) => entry.identifier === wanted.identifier)
  if (api === undefined || api.scopes.some((scope) => scope.value === wanted.scope)) return []
  return [{ place, hint: `${wanted.identifier} has no scope ${wanted.scope}; add it to the API` }]
}
