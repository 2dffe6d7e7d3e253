import type { Directory, ResourceServerEntry, UserEntry } from './directory.js'

/** Returns every scope of an API that the roles of a user permit, in the API's order. */
export function permissionsOf(
  directory: Directory,
  user: UserEntry,
  api: ResourceServerEntry,
): string[] {
  const permitted = new Set(
    directory.roles
      .filter((role) => user.roles.includes(role.name))
      .flatMap((role) => role.permissions)
      .filter((permission) => permission.resource_server_identifier === api.identifier)
      .map((permission) => permission.permission_name),
  )
  return scopeValues(api).filter((scope) => permitted.has(scope))
}

/** Returns the names of all scopes that an API defines. */
export function scopeValues(api: ResourceServerEntry): string[] {
  return api.scopes.map((scope) => scope.value)
}
