import { STANDARD_CLAIMS, type ClaimProfile } from '../identity/claim-profile.js'
import type { SignedInToken } from '../revocation/signed-out.js'
import { claimOf, textOf, type Claims } from '../identity/claims.js'

/** How users are told apart. */
export interface IdTokenUserOptions {
  /** In which claims access tokens name a user. Default: the standard ones. */
  readonly claimProfile?: ClaimProfile | undefined
  /** Of the issuers that share a tenant with others, the one that stands for all. Default: each stands for itself. */
  readonly primaryIssuers?: Readonly<Record<string, string>> | undefined
}

/**
 * Who has signed in, by a verified ID token, named as by their access tokens: `userKeyOf` has the same key for both. `undefined`: it does
 * not name them, or `sid` is malformed.
 */
export function signInOfIdToken(
  claims: Claims,
  options: IdTokenUserOptions,
): SignedInToken | undefined {
  const { claimProfile: profile = STANDARD_CLAIMS, primaryIssuers = {} } = options
  const issuer = textOf(claims['iss'])
  const subject = profile.userOf(claims)
  const sessionId = textOf(claims['sid'])
  if (issuer === undefined || subject === undefined) return undefined
  if (claims['sid'] !== undefined && sessionId === undefined) return undefined
  const { iat } = claims
  const issuedAtSeconds = typeof iat === 'number' ? iat : undefined
  const when = { sessionId, issuedAtSeconds }
  const who = { issuer, primaryIssuer: primaryIssuers[issuer], subject, ...when }
  const { subjectClaims } = profile
  if (subjectClaims.every((name) => name === 'sub')) return who
  const named = subjectClaims.map(
    (name) => [name, textOf(claimOf(claims, profile.inIdTokens?.[name] ?? name))] as const,
  )
  if (named.some(([, value]) => value === undefined)) return undefined
  const values = Object.fromEntries(named) as Readonly<Record<string, string>>
  return { ...who, subjectClaims: values }
}
