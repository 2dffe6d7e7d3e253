import type { Directory, OrganizationEntry, ResourceServerEntry, UserEntry } from './directory.js'

/** A user, and the organization in which they are signed in. */
export interface SignedInUser {
  readonly user: UserEntry
  /** `undefined` when they are signed in outside of any. */
  readonly organization?: OrganizationEntry | undefined
}

/**
 * Returns every scope of an API that the roles of a user permit, in the API's order.
 *
 * Roles that a user has as a member count within that organization alone, beside their own.
 */
export function permissionsOf(
  directory: Directory,
  { user, organization }: SignedInUser,
  api: ResourceServerEntry,
): string[] {
  const membership = organization?.members.find((member) => member.user_id === user.user_id)
  const roles = [...user.roles, ...(membership?.roles ?? [])]
  const permitted = new Set(
    directory.roles
      .filter((role) => roles.includes(role.name))
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
