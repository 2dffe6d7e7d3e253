import type { Account, FindAccount } from 'oidc-provider'
import type { Directory, UserEntry } from './directory.js'
import type { GrantOrganizations } from './grant-organizations.js'
import { findUser } from './lookup.js'
import {
  type OrganizationClaims,
  findOrganizationById,
  isMember,
  organizationClaims,
} from './organizations.js'

/**
 * Creates the library's `findAccount`: who a user is, within the organization of the grant at hand.
 *
 * A user who is blocked, or has left that organization, or whose organization is gone, is not found, so that neither
 * a code nor a refresh token of the time before is worth anything.
 */
export function createAccountFinder(
  directory: Directory,
  organizations: GrantOrganizations,
): FindAccount {
  return async (_ctx, userId, token) => {
    const user = findUser(directory, userId)
    if (user === undefined || user.blocked === true) return undefined
    const organizationId = await organizations.of(token?.grantId)
    if (organizationId === undefined) return toAccount(user, {})
    const organization = findOrganizationById(directory, organizationId)
    if (organization === undefined || !isMember(organization, userId)) return undefined
    return toAccount(user, organizationClaims(directory, organization))
  }
}

/** Describes a user to the library, which picks the claims that the granted scopes allow. */
export function toAccount(user: UserEntry, organization: OrganizationClaims): Account {
  return {
    accountId: user.user_id,
    claims: () => ({
      sub: user.user_id,
      name: user.name,
      nickname: user.username,
      ...(user.email !== undefined && { email: user.email, email_verified: true }),
      ...organization,
    }),
  }
}
