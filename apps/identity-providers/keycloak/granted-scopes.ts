import { OAuthRefusal } from '../shared/oauth-refusal.js'
import type { KeycloakClient, KeycloakRealm } from './realm.js'

/** Names that mean something without being client scopes. */
const PROTOCOL_SCOPES = new Set(['openid', 'offline_access'])

/** The client scopes of a request: the client's defaults, always, and of its optional ones those that are asked for. */
export function grantedScopes(client: KeycloakClient, asked: readonly string[]): readonly string[] {
  const named = asked.filter((name) => !PROTOCOL_SCOPES.has(name))
  const known = [...client.defaultScopes, ...client.optionalScopes]
  if (named.some((name) => !known.includes(name))) {
    throw new OAuthRefusal({
      error: 'invalid_scope',
      description: `Invalid scopes: ${asked.join(' ')}`,
    })
  }
  return [...new Set([...client.defaultScopes, ...named])]
}

/** The client ids that the audience mappers of these scopes name, and the resource where it is read. */
export function audiencesOf(
  realm: KeycloakRealm,
  scopes: readonly string[],
  resource?: string,
): readonly string[] {
  const mapped = scopes.flatMap((name) => realm.scopes.get(name)?.audiences ?? [])
  const indicated = resource !== undefined && realm.readsResource ? [resource] : []
  return [...new Set([...indicated, ...mapped])]
}

/** Refuses a resource that is no client's, where it is read. */
export function assertKnownResource(realm: KeycloakRealm, resource: string | undefined): void {
  if (resource === undefined || !realm.readsResource) return
  if ([...realm.clients.values()].some(({ resourceUrl }) => resourceUrl === resource)) return
  throw new OAuthRefusal({ error: 'invalid_target', description: 'Invalid resource' })
}
