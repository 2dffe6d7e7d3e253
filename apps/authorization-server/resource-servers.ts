import { type ResourceServer, errors } from 'oidc-provider'
import { scopesOpenToClient } from './client-access.js'
import type { Directory } from './directory.js'
import type { KeyRing } from './keys.js'
import { SIGNING_ALGORITHM } from './keys.js'
import { findApi } from './lookup.js'
import { OIDC_SCOPES } from './oidc-scopes.js'
import { scopeValues } from './rbac.js'

/** What `describeResourceServer` is asked: an API, and for whom. */
export interface ResourceServerQuestion {
  readonly identifier: string
  readonly clientId: string
}

/**
 * Returns what the library must know of an API to issue tokens for it.
 *
 * The server's own scopes are listed as well, since Auth0 repeats them in the tokens of an API.
 *
 * Throws `errors.InvalidTarget` (`invalid_target`, RFC 8707 §2) for an unknown identifier.
 * Throws `errors.UnauthorizedClient` when the client has no access to the API.
 */
export function describeResourceServer(
  directory: Directory,
  keys: KeyRing,
  { identifier, clientId }: ResourceServerQuestion,
): ResourceServer {
  const api = findApi(directory, identifier)
  if (api === undefined) throw new errors.InvalidTarget(unknownApiMessage(directory, identifier))
  if (scopesOpenToClient(directory, clientId, api) === undefined) {
    throw new errors.UnauthorizedClient(noAccessMessage(identifier))
  }
  return {
    audience: api.identifier,
    scope: [...scopeValues(api), ...OIDC_SCOPES].join(' '),
    accessTokenFormat: 'jwt',
    accessTokenTTL: api.token_lifetime,
    jwt: { sign: { alg: SIGNING_ALGORITHM, kid: keys.currentKid } },
  }
}

/** Says that there is no such API, and which there are: a missing slash is then easy to see. */
export function unknownApiMessage(directory: Directory, identifier: string): string {
  const known = directory.resource_servers.map((api) => api.identifier).join(', ')
  return `Service not found: ${identifier}. Known APIs, compare every character: ${known}`
}

/** Says that a client lacks a client grant, which is what an administrator has to add. */
export function noAccessMessage(identifier: string): string {
  return `Client is not authorized to access ${identifier}. Add a client grant with subject_type user for it.`
}
