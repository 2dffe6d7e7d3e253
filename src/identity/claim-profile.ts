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
  /** The claims of an ID token that say the same as `subjectClaims`, where they have another name there. Default: the same names. */
  readonly inIdTokens?: Readonly<Record<string, string>> | undefined
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

/** Claims that are the same for many users. */
const OF_MANY: ReadonlySet<string> = new Set([
  ...['iss', 'aud', 'exp', 'nbf', 'iat', 'typ', 'ver', 'scope', 'scp', 'roles', 'permissions'],
  ...['client_id', 'azp', 'cid', 'appid', 'tid', 'org_id', 'idp', 'acr'],
])

/** Whether claims together tell no user from another: all of them are the same for many. */
export function namesNoUser(claims: readonly string[]): boolean {
  return claims.every((claim) => OF_MANY.has(claim))
}

/** What is wrong with claims that tell no user from another. */
export const NAMES_NO_USER =
  'must name the user, by a claim that no other user has: `oid` and `tid` for Entra, `uid` for Okta, else `sub`'

/** What a deployment says of claims, in place of the profile of its identity provider. */
export interface ClaimSettings {
  /** Default: `STANDARD_CLAIMS`. */
  readonly claimProfile?: ClaimProfile | undefined
  /**
   * The one claim that holds the user's scopes, a text or a list, in place of `scope` and `scp`: for authorization servers that
   * cannot write scopes per user into `scope`. Without that claim a token has no scopes. Pair it with `stepUpScopes: 'none'`.
   */
  readonly scopeClaim?: string | undefined
  /**
   * The claims that together name a user, whichever client a token is for (Entra: `oid` and `tid`; Okta: `uid`). A token without
   * one of them is refused. The token for an API has to have the same values. Default: those of the identity provider, else `sub`.
   */
  readonly subjectClaims?: readonly string[] | undefined
  /** The one claim that names the OAuth client, in place of `client_id`, `azp`, `cid` and `appid`. */
  readonly clientClaim?: string | undefined
}

/** The profile that counts, once the deployment has said what is different. */
export function claimProfileOf(settings: ClaimSettings): ClaimProfile {
  const {
    claimProfile: profile = STANDARD_CLAIMS,
    scopeClaim,
    subjectClaims,
    clientClaim,
  } = settings
  if (scopeClaim === undefined && subjectClaims === undefined && clientClaim === undefined) {
    return profile
  }
  return {
    ...profile,
    // Replaces, and does not add: what any client can ask for by `scope` must not count beside what a user was assigned.
    scopes: scopeClaim === undefined ? profile.scopes : [scopeClaim],
    subjectClaims: subjectClaims ?? profile.subjectClaims,
    client: clientClaim === undefined ? profile.client : [clientClaim],
  }
}
