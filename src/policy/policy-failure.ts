import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'

/** What is known of a decision that could not be had. For the log alone. */
export interface PolicyFailureDetails {
  /** Of an HTTP answer. */
  readonly status?: number | undefined
  /** In our own words, what is wrong. */
  readonly why?: string | undefined
  readonly cause?: unknown
}

/** The policy was asked and has no decision on this call: the same call would get none either. The rest is an outage, or may be one. */
const FOR_THIS_CALL: ReadonlySet<FailureReason<'policy'>> = new Set([
  'decision_malformed',
  'decision_undefined',
  'evaluation_failed',
  'input_unusable',
])

/**
 * `policy_unavailable`: no decision could be had, and the log says why. Its text says whether the same call may be decided a little
 * later.
 */
export function policyFailure(
  reason: FailureReason<'policy'>,
  {
    status,
    why,
    cause = why === undefined ? undefined : new Error(why),
  }: PolicyFailureDetails = {},
): OnBehalfOfError {
  if (!FOR_THIS_CALL.has(reason))
    return new OnBehalfOfError('policy_unavailable', { reason, status, cause })
  return new OnBehalfOfError('policy_unavailable', {
    ...{ reason, status, cause },
    description:
      'Whether this call is allowed cannot be decided with these arguments, so nothing was called. The same call would not be decided later either: check the arguments, or tell the user that the operator finds the reason in the log.',
  })
}
