import { OnBehalfOfError } from '../failures/errors.js'
import type { PolicyVerdict } from './policy-verdict.js'

/** The verdict on one call of a request. */
export interface CallVerdict {
  readonly messageId: string | number | undefined
  readonly tool: string
  readonly verdict: PolicyVerdict
}

const verdicts = new WeakMap<object, readonly CallVerdict[]>()

/** Keeps the verdicts with their request: its `AuthInfo`, or its `AnonymousRequest`. */
export function keepVerdicts(request: object, ofCalls: readonly CallVerdict[]): void {
  verdicts.set(request, ofCalls)
}

/** The verdicts on a request's calls; `undefined` where no policy was asked. */
export function verdictsOf(request: object | undefined): readonly CallVerdict[] | undefined {
  return request === undefined ? undefined : verdicts.get(request)
}

/** The verdict on the call of a tool by a message; `undefined` where there is none. */
export function verdictOn(
  request: object | undefined,
  tool: string,
  messageId: string | number | undefined,
): PolicyVerdict | undefined {
  return verdictsOf(request)?.find((each) => each.tool === tool && each.messageId === messageId)
    ?.verdict
}

/**
 * The verdict on a call that may be made. Throws why it may not; where there is no verdict although there `hasPolicy`, that is
 * `policy_unavailable`, so that nothing runs undecided.
 */
export function permittedVerdict(
  request: object | undefined,
  {
    tool,
    messageId,
    hasPolicy,
  }: {
    readonly tool: string
    readonly messageId: string | number | undefined
    readonly hasPolicy: boolean
  },
): PolicyVerdict {
  const verdict = verdictOn(request, tool, messageId)
  if (verdict === undefined) {
    const isUndecided = hasPolicy || verdictsOf(request) !== undefined
    if (isUndecided) throw new OnBehalfOfError('policy_unavailable', { reason: 'not_decided' })
    return { kind: 'allowed' }
  }
  if ('failure' in verdict) throw verdict.failure
  return verdict
}
