import type { Directory, ResourceServerEntry } from './directory.js'
import { isFirstParty } from './lookup.js'
import { scopeValues } from './rbac.js'

/**
 * Returns the scopes of an API that a client may ask for on behalf of users, or `undefined` when it
 * may not ask for tokens of that API at all.
 *
 * A first-party client follows the API's user policy: `allow_all` needs no grant, `deny_all` admits
 * no one, `require_client_grant` wants a client grant with `subject_type` user. A third-party client
 * always needs a grant, its own or the one that is `default_for` third-party clients.
 */
export function scopesOpenToClient(
  directory: Directory,
  clientId: string,
  api: ResourceServerEntry,
): readonly string[] | undefined {
  const { policy } = api.subject_type_authorization.user
  if (policy === 'deny_all') return undefined
  const firstParty = isFirstParty(directory, clientId)
  if (policy === 'allow_all' && firstParty) return scopeValues(api)

  const grants = directory.client_grants.filter((grant) => grant.audience === api.identifier)
  const grant =
    grants.find((candidate) => candidate.client_id === clientId) ??
    (firstParty ? undefined : grants.find((candidate) => candidate.default_for !== undefined))
  if (grant === undefined) return undefined
  if (grant.allow_all_scopes) return scopeValues(api)
  return scopeValues(api).filter((scope) => grant.scope?.includes(scope) ?? false)
}

/**
 * Tells whether a user must be asked before a client gets tokens for an API.
 *
 * First-party clients are trusted with an API that skips consent for them, and with requests that
 * name no API.
 */
export function needsConsent(
  directory: Directory,
  clientId: string,
  apis: readonly ResourceServerEntry[],
): boolean {
  if (!isFirstParty(directory, clientId)) return true
  return apis.some((api) => !api.skip_consent_for_verifiable_first_party_clients)
}
