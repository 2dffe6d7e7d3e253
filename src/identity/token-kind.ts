import { claimOf, type Claims } from './claims.js'

/** What a JWT says of its kind. */
export interface TokenKind {
  /** The header's `typ`. */
  readonly type: string | undefined
  readonly claims: Claims
}

// RFC 9068 §2.1 and Auth0's older dialect. Anything else (logout tokens, DPoP proofs) is no access token.
const HEADER_TYPES = new Set(['at+jwt', 'application/at+jwt', 'jwt'])

/** Claims in which servers write the kind of a token, with the values that stand for an access token. */
const KINDS: Readonly<Record<string, ReadonlySet<string>>> = {
  // Keycloak writes Bearer and DPoP; and ID, Refresh, Offline, Logout and the names of its action tokens.
  typ: new Set(['bearer', 'dpop', 'jwt', 'at+jwt', 'application/at+jwt', 'access_token']),
  // Cognito: access or id.
  token_use: new Set(['access', 'access_token']),
}

/** Claims that OpenID Connect defines for ID tokens (Core §3.1.3.6, §3.3.2.11; FAPI), RFC 8417 for events, RFC 9701 for introspection. */
const FOREIGN_CLAIMS = ['at_hash', 'c_hash', 's_hash', 'events', 'token_introspection']

/**
 * Returns the mark by which a JWT says that it is not an access token: `header typ`, or the name of a claim;
 * `undefined` without one.
 *
 * A `nonce` marks an ID token unless the token says that it is an access token: older versions of Keycloak write it
 * into both. An ID token without any mark is not recognised.
 */
export function otherKindOf({ type, claims }: TokenKind): string | undefined {
  const headerType = type?.toLowerCase()
  if (headerType !== undefined && !HEADER_TYPES.has(headerType)) return 'header typ'
  const kinds = Object.keys(KINDS).filter((name) => claimOf(claims, name) !== undefined)
  const other = kinds.find((name) => !saysAccess(name, claims))
  if (other !== undefined) return other
  const foreign = FOREIGN_CLAIMS.find((name) => claimOf(claims, name) !== undefined)
  if (foreign !== undefined) return foreign
  const positive = kinds.length > 0 || (headerType !== undefined && headerType !== 'jwt')
  return claimOf(claims, 'nonce') !== undefined && !positive ? 'nonce' : undefined
}

function saysAccess(name: string, claims: Claims): boolean {
  const value = claimOf(claims, name)
  return typeof value === 'string' && KINDS[name]?.has(value.toLowerCase()) === true
}
