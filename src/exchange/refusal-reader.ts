import type { FailureCode, FailureReason } from '../failures/errors.js'
import type { ExchangeRefusal } from './exchange-failure.js'

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
