/**
 * The error class and its codes, without the rest: for code that only tells failures apart.
 *
 * @module mcp-on-behalf-of/errors
 */

import type { FailureCode, FailureDetails } from './failure-codes.js'
import { failureText } from './failure-text.js'

export {
  FAILURE_CODES,
  type FailureCode,
  type FailureDetails,
  type Outage,
} from './failure-codes.js'
export { FAILURE_REASONS, type FailureReason, type FailureReasonGroup } from './failure-reasons.js'

/**
 * The one error class: branch on `code`, never on the message.
 *
 * `message` is what a client or a model may read, as `src/failures/failure-table.ts` lays it down: a handler may let
 * the error out. `details` are for the log.
 *
 * @category Start here
 */
export class OnBehalfOfError extends Error {
  readonly code: FailureCode
  readonly details: FailureDetails

  constructor(code: FailureCode, details: FailureDetails = {}) {
    super(
      failureText(code, details),
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.name = 'OnBehalfOfError'
    this.code = code
    this.details = details
  }
}

/** Returns `error` itself when it is ours, else an `internal_error` with it as the cause. */
export function asOnBehalfOfError(error: unknown): OnBehalfOfError {
  return error instanceof OnBehalfOfError
    ? error
    : new OnBehalfOfError('internal_error', { cause: error })
}
