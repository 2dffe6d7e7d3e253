import type { OnBehalfOfError } from '../failures/errors.js'
import type { ObservationOptions } from './observation-options.js'
import type { ObservedCall, ObservedPolicy, PolicyDecided } from './observer.js'
import { within, type TraceSpan } from './tracing.js'

/** What a policy has decided, as far as it is told on. */
export interface ObservedVerdict {
  readonly kind: ObservedPolicy['kind']
  readonly failure?: OnBehalfOfError | undefined
}

/** The call that a policy decides about, and who decides. */
export type DecidedCall = Pick<PolicyDecided, 'tool' | 'decider'> & Pick<ObservedCall, 'messageId'>

/** Which decision it is, and who is told of it. */
export interface ObservedDecision extends Pick<PolicyDecided, 'request'> {
  readonly of: DecidedCall
  readonly span: TraceSpan<PolicyDecided> | undefined
  readonly options: Pick<ObservationOptions, 'observer' | 'stopwatch'>
}

/** Has a policy decide within the span, and tells what it came to. The decision must not reject. */
export async function observeDecision<Verdict extends ObservedVerdict>(
  { request, of: { tool, decider }, span, options }: ObservedDecision,
  decide: () => Promise<Verdict>,
): Promise<Verdict> {
  const { observer, stopwatch } = options
  const startMs = stopwatch()
  const verdict = await within(span, decide)
  const { kind: outcome, failure } = verdict
  const reason = outcome === 'unavailable' ? failure?.details.reason : undefined
  const durationMs = stopwatch() - startMs
  const event: PolicyDecided = { request, tool, decider, outcome, reason, durationMs }
  observer.policyDecided?.(event)
  span?.ended(event)
  return verdict
}
