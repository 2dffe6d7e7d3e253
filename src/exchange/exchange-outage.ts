import { OUTAGE_RETRY_SECONDS } from '../failures/outage-retry.js'
import { OnBehalfOfError, type FailureDetails } from '../failures/errors.js'

/** What the ways to get no usable answer say about the authorization server. */
const OUTAGES = {
  unreachable: { retryable: true, outage: 'everybody' },
  metadata_unavailable: { retryable: false, outage: 'everybody' },
  connection_lost: { retryable: true, outage: 'perhaps_one' },
  timed_out: { retryable: false, outage: 'perhaps_one' },
  nonsense: { retryable: false, outage: 'perhaps_one' },
} as const satisfies Partial<Record<NonNullable<FailureDetails['reason']>, FailureDetails>>

/** Why no usable answer came from the authorization server. */
export type OutageReason = keyof typeof OUTAGES

/** The failure of an exchange to which no usable answer came: `exchange_unavailable`, to be tried again after `OUTAGE_RETRY_SECONDS`. */
export function exchangeOutage(reason: OutageReason, cause?: unknown): OnBehalfOfError {
  return new OnBehalfOfError('exchange_unavailable', {
    reason,
    ...OUTAGES[reason],
    retryAfterSeconds: OUTAGE_RETRY_SECONDS,
    cause,
  })
}
