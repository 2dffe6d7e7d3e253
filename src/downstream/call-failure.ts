import { OnBehalfOfError, type FailureCode, type FailureDetails } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'
import type { OutgoingRequest } from './outgoing-request.js'

/** Which call failed. */
export type FailedCall = Pick<OutgoingRequest, 'method' | 'template' | 'url'>

/**
 * A failure of one call, whose log line says which: the method, and the path with names in place of its values. Where the
 * API is not available, also where it was looked for.
 */
export function callFailure(
  { method, template, url }: FailedCall,
  code: FailureCode,
  details: FailureDetails = {},
): OnBehalfOfError {
  const where = code === 'downstream_unavailable' ? whereabouts(url, details) : {}
  const log = { method, path: scrub(template, 200), ...where, ...details.log }
  return new OnBehalfOfError(code, { ...details, log })
}

function whereabouts({ origin }: URL, { reason }: FailureDetails) {
  if (reason === 'unreachable') return { origin, hint: `No connection to ${origin}. ${CHECK}.` }
  return reason === 'timed_out'
    ? { origin, hint: `${origin} did not answer within API_TIMEOUT_MS. ${CHECK}.` }
    : { origin }
}

const CHECK = 'Check API_BASE_URL, and whether the API runs there'
