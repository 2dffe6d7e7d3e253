import { OnBehalfOfError, type FailureCode, type FailureDetails } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'
import type { OutgoingRequest } from './outgoing-request.js'

/** Which call failed. */
export type FailedCall = Pick<OutgoingRequest, 'method' | 'template'>

/** A failure of one call, whose log line says which: the method, and the path with names in place of its values. */
export function callFailure(
  { method, template }: FailedCall,
  code: FailureCode,
  details: FailureDetails = {},
): OnBehalfOfError {
  const log = { method, path: scrub(template, 200), ...details.log }
  return new OnBehalfOfError(code, { ...details, log })
}
