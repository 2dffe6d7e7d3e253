import type { FailureReason } from './failure-reasons.js'

/**
 * Every way in which a call can fail. `src/failures/failure-table.ts` says what the MCP client gets for each.
 *
 * @category Start here
 */
export const FAILURE_CODES = [
  'no_credentials',
  'malformed_credentials',
  'invalid_token',
  'signed_out',
  'verifier_unavailable',
  'insufficient_scope',
  'permission_denied',
  'reauthentication_required',
  'downstream_scope_denied',
  'delegation_refused',
  'consent_required',
  'mfa_required',
  'access_denied',
  'exchange_misconfigured',
  'exchange_unavailable',
  'exchange_rejected',
  'downstream_unauthorized',
  'downstream_forbidden',
  'downstream_failed',
  'downstream_unavailable',
  'invalid_argument',
  'confirmation_unavailable',
  'confirmation_refused',
  'policy_denied',
  'policy_unavailable',
  'invalid_request',
  'method_not_allowed',
  'not_acceptable',
  'unsupported_media_type',
  'request_forbidden',
  'request_too_large',
  'rate_limited',
  'tool_rate_limited',
  'session_not_found',
  'session_limit',
  'audit_unavailable',
  'cancelled',
  'misconfigured',
  'internal_error',
] as const

/**
 * One of `FAILURE_CODES`: what to branch on.
 *
 * @category Start here
 */
export type FailureCode = (typeof FAILURE_CODES)[number]

/** Whom an outage of a server meets: `everybody`, for nobody can connect; or `perhaps_one` user alone. */
export type Outage = 'everybody' | 'perhaps_one'

/** What is known of a failure beside its code. Nothing in here may hold a token, or foreign text but where it says so. */
export interface FailureDetails {
  /** Finer than the code, for logs and tests: `audience_mismatch`, `breaker_open`. */
  readonly reason?: FailureReason | undefined
  /** The HTTP status with which another server answered, where that is the failure. */
  readonly status?: number | undefined
  /** The `error` (RFC 6749 §5.2) with which the authorization server refused, bounded and scrubbed. */
  readonly oauthError?: string | undefined
  /** Whether the exchange may be tried once more at once. Set where the request did not arrive, or met a 5xx. */
  readonly retryable?: boolean | undefined
  /**
   * What the identity provider wants of the user's next sign-in, as JSON text. A failure that has it is answered with
   * HTTP 401 and `insufficient_claims`, whatever its code; see `answerRule`.
   */
  readonly claims?: string | undefined
  /** Set where the failure speaks for an outage of the authorization server: it counts for the circuit breaker. */
  readonly outage?: Outage | undefined
  /** Written by us for the person or model at the other end; sent to the client as it is. */
  readonly description?: string | undefined
  /**
   * What the API says of a call that it did not accept: foreign text, one bounded line without quotation marks. Sent to the client
   * as a quotation, behind the sentence of our own; never logged.
   */
  readonly apiSays?: string | undefined
  /** Whether the API may have carried out a call that must not be carried out twice. */
  readonly outcomeUnknown?: boolean | undefined
  /** Scopes to ask for, for `insufficient_scope` and `downstream_scope_denied`. */
  readonly scopes?: readonly string[] | undefined
  /** Whole seconds after which a new try makes sense. */
  readonly retryAfterSeconds?: number | undefined
  /** One more of a kind that has been logged: its own line is written at `debug`. */
  readonly repeated?: boolean | undefined
  /** What the log may know and the client may not; foreign words go in here, bounded and scrubbed. */
  readonly log?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
}
