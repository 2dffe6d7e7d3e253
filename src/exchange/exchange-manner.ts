/**
 * How one authorization server wants to be asked for a token, and what its answer looks like.
 *
 * The defaults are those of RFC 8693; see `STANDARD_MANNER`.
 */
export interface ExchangeManner {
  /** Which parameter names the API: `audience`, `resource`, both, or none of them. Default `audience`. */
  readonly targetParameter: 'audience' | 'resource' | 'both' | 'none'
  /** What `requested_token_type` asks for; `none` leaves the parameter out. Default `access_token`. */
  readonly requestedTokenType: 'access_token' | 'jwt' | 'none'
  /** Whether an `actor_token` is sent: none, or an access token of our own client (client credentials). Default `none`. */
  readonly actorToken: 'none' | 'client_credentials'
  /** Whether the answer has to have `issued_token_type`. One that it has is checked in any case. Default `required`. */
  readonly issuedTokenType: 'required' | 'optional'
  /**
   * How the returned token says that we act: by `act`, where it has one; by the client that it was issued to, which has
   * to be ours (`azp`); or not at all. Default `act`.
   */
  readonly actorCheck: 'act' | 'azp' | 'none'
  /**
   * Which scopes are asked for: those that the tool declares (`granular`), or everything that the client has been consented
   * to (`default`: `{scopePrefix}/.default`, Entra). Default `granular`.
   */
  readonly scopeRequest: 'granular' | 'default'
  /** Put in front of the API's scopes when they are asked for, and taken off those of the token. Default: nothing. */
  readonly scopePrefix?: string | undefined
  /** Whether the case of the API's scopes counts in a returned token. Default `exact`. */
  readonly scopeCase: 'exact' | 'ignored'
  /** The one claim of a returned token that holds its scopes, in place of `scope` and `scp`. */
  readonly scopeClaim?: string | undefined
  /**
   * A header parameter that marks JWTs which only their API can verify (Microsoft Graph: `nonce`). They count as opaque.
   * Default: none.
   */
  readonly opaqueHeader?: string | undefined
}

/** What RFC 8693 has, and what is done where nothing else is said. */
export const STANDARD_MANNER: ExchangeManner = Object.freeze({
  targetParameter: 'audience',
  requestedTokenType: 'access_token',
  actorToken: 'none',
  issuedTokenType: 'required',
  actorCheck: 'act',
  scopeRequest: 'granular',
  scopeCase: 'exact',
})

/** The values of each member that has a choice, for options and settings. */
export const MANNER_VALUES = {
  targetParameter: ['audience', 'resource', 'both', 'none'],
  requestedTokenType: ['access_token', 'jwt', 'none'],
  actorToken: ['none', 'client_credentials'],
  issuedTokenType: ['required', 'optional'],
  actorCheck: ['act', 'azp', 'none'],
  scopeRequest: ['granular', 'default'],
  scopeCase: ['exact', 'ignored'],
} as const satisfies {
  readonly [Member in keyof ExchangeManner]?: readonly ExchangeManner[Member][]
}
