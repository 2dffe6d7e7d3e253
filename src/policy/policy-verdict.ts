import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'
import { policyFailure } from './policy-failure.js'

/** What holds for one call. A `failure` is why it is not made. */
export type PolicyVerdict =
  | { readonly kind: 'allowed'; readonly reason?: undefined }
  | { readonly kind: 'asked'; readonly reason: string | undefined }
  | {
      readonly kind: 'denied' | 'unavailable'
      readonly reason: string | undefined
      readonly failure: OnBehalfOfError
    }

const MAX_REASON = 300

/** Reads a policy's decision. Anything but a `PolicyDecision` is `unavailable`. */
export function policyVerdict(decision: unknown): PolicyVerdict {
  if (typeof decision !== 'object' || decision === null) return unavailable('decision_malformed')
  const { decision: kind, reason: given } = decision as Readonly<Record<string, unknown>>
  if (given !== undefined && typeof given !== 'string') return unavailable('decision_malformed')
  const reason = printable(given)
  if (kind === 'allow') return { kind: 'allowed' }
  if (kind === 'ask') return { kind: 'asked', reason }
  if (kind === 'deny') return denied(reason)
  return unavailable('decision_malformed')
}

function denied(reason: string | undefined): PolicyVerdict {
  const description =
    reason === undefined
      ? undefined
      : `A policy does not allow this call: "${reason}" Nothing was called. Trying the same call again does not help.`
  return {
    kind: 'denied',
    reason,
    failure: new OnBehalfOfError('policy_denied', {
      reason: 'denied_by_policy',
      description,
      log: { policyReason: reason },
    }),
  }
}

/** No decision could be had, so the call is not made. */
export function unavailable(reason: FailureReason<'policy'>, cause?: unknown): PolicyVerdict {
  return unavailableFor(policyFailure(reason, { cause }))
}

/** The same, where it is known why. */
export function unavailableFor(failure: OnBehalfOfError): PolicyVerdict {
  return { kind: 'unavailable', reason: undefined, failure }
}

/** One line that cannot end the quotation marks around it. */
function printable(text: string | undefined): string | undefined {
  const line = scrub(text, MAX_REASON)
    ?.replace(/["“”„]/g, "'")
    .replace(/\s+/g, ' ')
    .trim()
  return line === '' ? undefined : line
}
