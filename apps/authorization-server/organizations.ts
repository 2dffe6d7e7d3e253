import type { Directory, OrganizationEntry } from './directory.js'

/** The claims that tell in which organization a user is signed in. */
export interface OrganizationClaims {
  readonly org_id?: string
  readonly org_name?: string
}

/**
 * Returns the organization that an `organization` parameter names; `undefined` when there is none.
 *
 * By id; by name as well when the tenant has `allow_organization_name_in_authentication_api`.
 */
export function findOrganization(
  directory: Directory,
  idOrName: unknown,
): OrganizationEntry | undefined {
  const byName = directory.tenant_settings.allow_organization_name_in_authentication_api
  return directory.organizations.find(
    ({ id, name }) => id === idOrName || (byName && name === idOrName),
  )
}

/** Returns the organization with this id, as tokens name it in `org_id`. */
export function findOrganizationById(
  directory: Directory,
  id: string | undefined,
): OrganizationEntry | undefined {
  return directory.organizations.find((organization) => organization.id === id)
}

/** Tells whether a user belongs to an organization. */
export function isMember(organization: OrganizationEntry, userId: string): boolean {
  return organization.members.some((member) => member.user_id === userId)
}

/** Returns `org_id`, and `org_name` when the tenant allows names; nothing without an organization. */
export function organizationClaims(
  directory: Directory,
  organization: OrganizationEntry | undefined,
): OrganizationClaims {
  if (organization === undefined) return {}
  const { id, name } = organization
  const named = directory.tenant_settings.allow_organization_name_in_authentication_api
  return { org_id: id, ...(named && { org_name: name }) }
}

/** Says that a user is not a member, in Auth0's words. */
export function notAMemberMessage({ id }: OrganizationEntry, userId: string): string {
  return `user ${userId} is not part of the ${id} organization`
}
