import type { Caller } from '../identity/caller.js'
import type { Delegation } from '../identity/delegation.js'
import type { ExchangeSource } from '../observability/observer.js'
import type { ExchangeSpan } from '../observability/tracing.js'
import type { Secret } from '../secret.js'
import type { ResolvedTarget } from './exchange-target.js'
import type { RateLimit } from './rate-limits.js'

/** The token type of RFC 8693 §3 that we ask with and for. */
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'

/** One exchange of the caller's token for one that an API accepts (RFC 8693 §2.1). */
export interface TokenExchangeRequest {
  /** The user whose token the subject token is, as verified on the way in. */
  readonly caller: Caller
  readonly subjectToken: Secret
  /** The API's identifier, byte for byte. */
  readonly audience: string
  /** The scopes to ask for; may be empty. Order carries no meaning. */
  readonly scopes: readonly string[]
  /** How the API's tokens are exchanged. Default: as RFC 8693 has it, at the issuer of the subject token. */
  readonly target?: ResolvedTarget | undefined
  /** The JSON text of a claims challenge that the API answered with: the new token has to fulfil it. */
  readonly claims?: string | undefined
  /** The user's address, where it is to be passed on to the authorization server. Shapes no token. */
  readonly clientAddress?: string | undefined
}

/** What the authorization server answered (RFC 8693 §2.2.1). */
export interface ExchangedToken {
  readonly token: Secret
  /** Epoch seconds; absent when the answer did not say how long the token lives. */
  readonly expiresAtSeconds?: number | undefined
  /** The granted scopes; absent when the answer did not say, which means: as asked for. */
  readonly scopes?: readonly string[] | undefined
  /** Who acts for the user with this token, where the token was checked. */
  readonly delegation?: Delegation | undefined
  /** As answered, in lower case. */
  readonly tokenType?: string | undefined
  /** As answered. A value that is no text stands here as JSON, so that it does not count as missing. */
  readonly issuedTokenType?: string | undefined
}

/** What may be said of one exchange beside the request itself. */
export interface ExchangeOptions {
  /** Aborts this caller's wait. */
  readonly signal?: AbortSignal | undefined
  /** A token that the API no longer accepts: it is not to be the answer again. */
  readonly replacing?: Secret | undefined
  /**
   * Told where the token comes from, before it comes: kept, from an exchange under way, or from a new one; and of one under way, the
   * span that it was begun with.
   */
  readonly onSource?: ((source: ExchangeSource, begunWith?: ExchangeSpan) => void) | undefined
  /** The span of this exchange, for those that join it. */
  readonly span?: ExchangeSpan | undefined
  /** Told what the authorization server's answer says about its rate limits, whatever else it says. */
  readonly onRateLimits?: ((limits: readonly RateLimit[]) => void) | undefined
}

/**
 * The port through which tokens are exchanged.
 *
 * `exchange` resolves with a token for `request.audience`, or rejects with an `OnBehalfOfError` of one of
 * the codes `reauthentication_required`, `downstream_scope_denied`, `consent_required`, `mfa_required`,
 * `access_denied`, `exchange_misconfigured`, `exchange_unavailable`, `exchange_rejected`. There is no fallback to a
 * token of the server's own.
 *
 * @category Token exchange
 */
export interface TokenExchanger {
  /** Resolves with a token for `request.audience`; rejects as said above. */
  exchange(request: TokenExchangeRequest, options?: ExchangeOptions): Promise<ExchangedToken>
  /** Whether `request.claims` reaches the authorization server. Without it, no request with claims is made. Default false. */
  readonly sendsClaims?: boolean | undefined
  /** Forgets a token that the API refused, where tokens are kept: it is not to be the answer again. */
  forget?(request: TokenExchangeRequest, refused: Secret): Promise<void>
}
