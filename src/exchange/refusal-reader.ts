import type { FailureCode, FailureReason } from '../failures/errors.js'

/** A token endpoint's refusal, as it came over the wire. */
export interface ExchangeRefusal {
  readonly status: number
  /** The `error` member (RFC 6749 §5.2), if the body was JSON and had one. */
  readonly error?: string | undefined
  readonly errorDescription?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  /** The `error` of a `WWW-Authenticate: Bearer` or `DPoP` challenge. */
  readonly challengeError?: string | undefined
  /** Entra's second word beside `error`. */
  readonly suberror?: string | undefined
  /** A claims challenge: the text of a JSON object, bounded. */
  readonly claims?: string | undefined
  /** Entra's numbers for what `error` and `suberror` do not tell apart. */
  readonly errorCodes?: readonly number[] | undefined
  /** By which Entra's support finds the request. */
  readonly traceId?: string | undefined
  readonly correlationId?: string | undefined
}

/** What a refused exchange means. */
export interface RefusalVerdict {
  readonly code: FailureCode
  readonly reason?: FailureReason | undefined
  /** The JSON text of a claims challenge, for the client to repeat its sign-in with. */
  readonly claims?: string | undefined
  /** For the user: what to do. */
  readonly description?: string | undefined
  /** For the log: what an operator does. */
  readonly hint?: string | undefined
  readonly retryAfterSeconds?: number | undefined
}

/** Reads one server's refusals; `undefined` leaves a refusal to the classification by the RFCs. */
export type RefusalReader = (refusal: ExchangeRefusal) => RefusalVerdict | undefined
