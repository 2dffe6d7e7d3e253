import type { JWTStructured, UnknownObject } from 'oidc-provider'
import type { Directory, ResourceServerEntry, TokenDialect } from './directory.js'
import { type SignedInUser, permissionsOf } from './rbac.js'

interface DialectRules {
  /** The JOSE header's `typ`. */
  readonly type: 'JWT' | 'at+jwt'
  /** The claim that names the client. RFC 9068 calls it `client_id` and also wants a `jti`. */
  readonly clientClaim: 'azp' | 'client_id'
  readonly hasPermissions: boolean
}

const DIALECTS: Readonly<Record<TokenDialect, DialectRules>> = {
  access_token: { type: 'JWT', clientClaim: 'azp', hasPermissions: false },
  access_token_authz: { type: 'JWT', clientClaim: 'azp', hasPermissions: true },
  rfc9068_profile: { type: 'at+jwt', clientClaim: 'client_id', hasPermissions: false },
  rfc9068_profile_authz: { type: 'at+jwt', clientClaim: 'client_id', hasPermissions: true },
}

/**
 * Returns the `permissions` claim of a user's token: all they may do at the API, whatever was asked.
 *
 * `undefined` unless the API has an `_authz` dialect and enforces policies.
 */
export function permissionsClaim(
  directory: Directory,
  api: ResourceServerEntry,
  signedIn: SignedInUser,
): string[] | undefined {
  if (!api.enforce_policies || !DIALECTS[api.token_dialect].hasPermissions) return undefined
  return permissionsOf(directory, signedIn, api)
}

/**
 * Rewrites an access token that is about to be signed into the dialect of its API.
 *
 * The library writes RFC 9068. A token with the scope `openid` also gets the userinfo endpoint as
 * second audience, as Auth0 does it.
 */
export function applyDialect(
  token: JWTStructured,
  api: ResourceServerEntry,
  userinfoAudience: string,
): void {
  const { type, clientClaim } = DIALECTS[api.token_dialect]
  const { client_id: clientId, jti, ...common } = token.payload
  const client: UnknownObject =
    clientClaim === 'client_id' ? { client_id: clientId, jti } : { azp: clientId }
  const audience = hasOpenId(common['scope']) ? { aud: [api.identifier, userinfoAudience] } : {}
  token.header = { typ: type }
  token.payload = { ...common, ...client, ...audience }
}

function hasOpenId(scope: unknown): boolean {
  return typeof scope === 'string' && scope.split(' ').includes('openid')
}
