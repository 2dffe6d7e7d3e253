/** So many token requests in each window of time; the next one is answered with 429. */
export interface TokenRateLimit {
  readonly requests: number
  readonly windowMs: number
}

/**
 * How this server behaves where Auth0's documentation is silent or contradicts itself.
 *
 * The server reads each member at every request, so that a test may change it while the server runs
 * (`testing/test-server.ts`). The first value named is the default. "Both exchanges" are On-Behalf-Of and
 * Custom Token Exchange. The README beside this file has the same list as a table.
 */
export interface Behaviors {
  /** Scopes of an exchange that asks for none, both exchanges: all that can be granted, or none. */
  readonly scopeOmitted: 'all_grantable' | 'none'
  /** When the response has `scope`, both exchanges. */
  readonly scopeInResponse: 'if_different' | 'always' | 'never'
  /** Some of the scopes asked for cannot be granted, both exchanges: 200 with the rest, or 403. */
  readonly partialGrant: 'narrowed' | 'refused'
  /** Life of an On-Behalf-Of token: what the API has configured, or the subject token's rest at most. */
  readonly lifetime: 'as_configured' | 'capped_by_subject_token'
  /** A sender-constrained subject token and no proof, On-Behalf-Of: a bearer token, or 400. */
  readonly boundSubjectToken: 'unbound_result' | 'refused'
  /** Whether a DPoP proof must have a nonce of this server; without one: 400 `use_dpop_nonce`. */
  readonly dpopNonce: 'optional' | 'demanded'
  /** The outermost `act`: the client's id alone, or an agent (`agt_…`) with further members. */
  readonly actor: 'client' | 'agent'
  /** So many `act` objects may be nested in an issued token. */
  readonly delegationLimit: 5 | 4
  /** The number that the refusal of a longer chain names, which need not be the real one. */
  readonly delegationLimitInMessage: 5 | 4
  /** Whether the subject token of On-Behalf-Of must be for the exchanging client's own API. */
  readonly subjectAudience: 'enforced' | 'ignored'
  /** The code for a bad subject token of On-Behalf-Of; the status is always 401. */
  readonly subjectTokenError: 'invalid_grant' | 'invalid_request' | 'invalid_token'
  /** The code for a wrong secret or unknown client in both exchanges; the status is always 401. */
  readonly clientAuthenticationError: 'access_denied' | 'invalid_client'
  /** The status of `unsupported_grant_type`. */
  readonly unsupportedGrantTypeStatus: 400 | 403
  /** The answer to an unknown audience, On-Behalf-Of: 400 `invalid_target` or 403 `access_denied`. */
  readonly unknownAudienceError: 'invalid_target' | 'access_denied'
  /** The code for a client without client grant, both exchanges; the status is always 403. */
  readonly missingClientGrantError: 'access_denied' | 'unauthorized_client'
  /** The status of `invalid_request` for a user or a request of another organization. */
  readonly organizationRefusalStatus: 403 | 400
  /** Whether consent is wanted in both exchanges: as the API's settings say, or always. */
  readonly consent: 'as_configured' | 'required'
  /** Whether both exchanges are refused with 403 `mfa_required`. */
  readonly mfa: 'not_required' | 'required'
  /** What a post-login Action says to both exchanges; a denial is `access_denied` with its reason. */
  readonly postLoginAction: 'passes' | 'denies_with_401' | 'denies_with_403'
  /** Requests to the token endpoint beyond it get 429 `too_many_requests`. Default: no limit. */
  readonly tokenRateLimit: TokenRateLimit | undefined
  /** Whether an answer 429 says when to come back. */
  readonly retryAfter: 'sent' | 'omitted'
}

/** The behaviour that is documented, or else the likeliest. */
export const DEFAULT_BEHAVIORS: Behaviors = Object.freeze({
  scopeOmitted: 'all_grantable',
  scopeInResponse: 'if_different',
  partialGrant: 'narrowed',
  lifetime: 'as_configured',
  boundSubjectToken: 'unbound_result',
  dpopNonce: 'optional',
  actor: 'client',
  delegationLimit: 5,
  delegationLimitInMessage: 5,
  subjectAudience: 'enforced',
  subjectTokenError: 'invalid_grant',
  clientAuthenticationError: 'access_denied',
  unsupportedGrantTypeStatus: 400,
  unknownAudienceError: 'invalid_target',
  missingClientGrantError: 'access_denied',
  organizationRefusalStatus: 403,
  consent: 'as_configured',
  mfa: 'not_required',
  postLoginAction: 'passes',
  tokenRateLimit: undefined,
  retryAfter: 'sent',
})
