/** Every way in which a call can fail. `src/failures/failure-table.ts` says what the MCP client gets for each. */
export const FAILURE_CODES = [
  'no_credentials',
  'malformed_credentials',
  'invalid_token',
  'verifier_unavailable',
  'insufficient_scope',
  'permission_denied',
  'reauthentication_required',
  'downstream_scope_denied',
  'delegation_refused',
  'consent_required',
  'mfa_required',
  'exchange_misconfigured',
  'exchange_unavailable',
  'exchange_rejected',
  'downstream_unauthorized',
  'downstream_forbidden',
  'downstream_failed',
  'downstream_unavailable',
  'invalid_argument',
  'invalid_request',
  'method_not_allowed',
  'not_acceptable',
  'unsupported_media_type',
  'request_forbidden',
  'request_too_large',
  'rate_limited',
  'session_not_found',
  'session_limit',
  'cancelled',
  'misconfigured',
  'internal_error',
] as const

/** One of `FAILURE_CODES`: what to branch on. */
export type FailureCode = (typeof FAILURE_CODES)[number]

/** What is known of a failure beside its code. Nothing in here may hold a token or foreign text. */
export interface FailureDetails {
  /** Finer than the code, stable, for logs and tests: `audience_mismatch`, `breaker_open`. */
  readonly reason?: string | undefined
  /** Written by us for the person or model at the other end; sent to the client as it is. */
  readonly description?: string | undefined
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
