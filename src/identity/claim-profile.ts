import { textOf, type Claims } from './claims.js'

/**
 * In which claims an authorization server says what a token says.
 *
 * One profile serves every reader of claims on both hops, so a server with other habits is a profile and no special case.
 */
export interface ClaimProfile {
  /** The user, unlike every other of the issuer; `undefined` where the token names none. */
  readonly userOf: (claims: Claims) => string | undefined
  /** Claims that together name the same user on both hops, whichever client a token is for. */
  readonly subjectClaims: readonly string[]
  /** A claim that every user's token has and no machine's, where there is one. `UserPolicy.userClaim` overrides it. */
  readonly userClaim?: string | undefined
  /** Claims that hold scopes. The first that the token has counts, alone. */
  readonly scopes: readonly string[]
  /** Claims that name the OAuth client. The first that the token has counts; none may be malformed. */
  readonly client: readonly string[]
  readonly organization: string
  readonly permissions: string
}

/**
 * The claims of RFC 9068, and beside them the spellings of the widespread servers: `scp` (Entra as text, Okta as a list);
 * `azp` (Auth0's older dialect, Keycloak, Entra), `cid` (Okta), `appid` (Entra's older tokens, AD FS).
 */
export const STANDARD_CLAIMS: ClaimProfile = Object.freeze({
  userOf: (claims: Claims) => textOf(claims['sub']),
  subjectClaims: ['sub'],
  scopes: ['scope', 'scp'],
  client: ['client_id', 'azp', 'cid', 'appid'],
  organization: 'org_id',
  permissions: 'permissions',
})
