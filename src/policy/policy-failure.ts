import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'

/** What is known of a decision that could not be had. For the log alone. */
export interface PolicyFailureDetails {
  /** Of an HTTP answer. */
  readonly status?: number | undefined
  /** In our own words, what is wrong. */
  readonly why?: string | undefined
  readonly cause?: unknown
}

/** `policy_unavailable`: no decision could be had, and the log says why. */
export function policyFailure(
  reason: FailureReason<'policy'>,
  {
    status,
    why,
    cause = why === undefined ? undefined : new Error(why),
  }: PolicyFailureDetails = {},
): OnBehalfOfError {
  return new OnBehalfOfError('policy_unavailable', { reason, status, cause })
}
