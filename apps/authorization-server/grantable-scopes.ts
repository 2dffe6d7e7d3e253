import { scopesOpenToClient } from './client-access.js'
import type { Directory, ResourceServerEntry, UserEntry } from './directory.js'
import { permissionsOf, scopeValues } from './rbac.js'

/** Who asks for what: the three sides that a grant of scopes depends on. */
export interface ScopeQuestion {
  readonly user: UserEntry
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
  { user, clientId, api }: ScopeQuestion,
): string[] {
  const open = scopesOpenToClient(directory, clientId, api) ?? []
  const permitted = api.enforce_policies ? permissionsOf(directory, user, api) : scopeValues(api)
  return permitted.filter((scope) => open.includes(scope))
}
