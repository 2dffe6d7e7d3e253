import { scopesOpenToClient } from './client-access.js'
import type { Directory, ResourceServerEntry } from './directory.js'
import { type SignedInUser, permissionsOf, scopeValues } from './rbac.js'

/** Who asks for what: the sides that a grant of scopes depends on. */
export interface ScopeQuestion extends SignedInUser {
  readonly clientId: string
  readonly api: ResourceServerEntry
}

/**
 * Returns every scope of the API that this client may be granted for this user, in the API's order.
 *
 * The user's permissions count when the API has `enforce_policies`; the client's grant always does.
 */
export function grantableScopes(
  directory: Directory,
  { clientId, api, ...signedIn }: ScopeQuestion,
): string[] {
  const open = scopesOpenToClient(directory, clientId, api) ?? []
  const permitted = api.enforce_policies
    ? permissionsOf(directory, signedIn, api)
    : scopeValues(api)
  return permitted.filter((scope) => open.includes(scope))
}
