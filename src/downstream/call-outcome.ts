import type { FailureDetails } from '../failures/errors.js'
import type { DownstreamMethod } from './downstream-request.js'

/** Methods whose repetition changes nothing more (RFC 9110 §9.2.2). */
export const IDEMPOTENT: ReadonlySet<DownstreamMethod> = new Set([
  ...(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'QUERY'] as const),
])

/** Methods that change nothing (RFC 9110 §9.2.1, RFC 9110-style QUERY). */
const SAFE: ReadonlySet<DownstreamMethod> = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY'] as const)

/** What a model must read after a write that the API has accepted, whatever failed afterwards; begins with a space. */
export function acceptedNote(method: DownstreamMethod, status: number): string {
  return SAFE.has(method)
    ? ''
    : ` The API has accepted the call (HTTP ${status}): do not make it again.`
}

/** What a model must read where nobody knows whether a write took place that must not be repeated; or nothing. */
export function unknownNote(method: DownstreamMethod): string {
  return IDEMPOTENT.has(method)
    ? ''
    : ' It is not known whether the call took effect: find out before it is made again.'
}

/** An outage in the middle of a call: the text of the failure table where trying again is right. */
export function outageText(
  method: DownstreamMethod,
): Pick<FailureDetails, 'description' | 'outcomeUnknown'> {
  const note = unknownNote(method)
  if (note === '') return {}
  return { description: `The API did not complete the call.${note}`, outcomeUnknown: true }
}
