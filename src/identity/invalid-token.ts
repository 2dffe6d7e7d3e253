import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'

/** The refusal of a client's token: `invalid_token`. */
export function invalidToken(
  reason: FailureReason<'claims' | 'token'>,
  description?: string,
  cause?: unknown,
): OnBehalfOfError {
  return new OnBehalfOfError('invalid_token', { reason, description, cause })
}
