import { OnBehalfOfError, type FailureDetails } from '../errors.js'

/**
 * Decides what an API's refusal means: the status alone counts, but for the error code of a 403 challenge.
 *
 * The API's own words go nowhere: its body is not read.
 */
export async function apiRefusal(response: Response): Promise<OnBehalfOfError> {
  const { status, headers } = response
  await response.body?.cancel().catch(() => undefined)
  const details: FailureDetails = { reason: `status_${status}`, log: { status } }
  if (status === 401) return new OnBehalfOfError('downstream_unauthorized', details)
  if (status === 403) return forbidden(headers.get('www-authenticate') ?? '', details)
  if (status === 429 || status >= 500) {
    return new OnBehalfOfError('downstream_unavailable', { ...details, ...retryAfter(headers) })
  }
  return new OnBehalfOfError('downstream_failed', { ...details, description: describe(status) })
}

/** RFC 6750 §3.1: the API says that the token lacks scope, which the exchange could have granted. */
function forbidden(challenge: string, details: FailureDetails): OnBehalfOfError {
  return /\berror="?insufficient_scope\b/.test(challenge)
    ? new OnBehalfOfError('downstream_scope_denied', { ...details, reason: 'api_wants_more_scope' })
    : new OnBehalfOfError('downstream_forbidden', details)
}

function retryAfter(headers: Headers): FailureDetails {
  const value = headers.get('retry-after')
  return value !== null && /^\d{1,6}$/.test(value) ? { retryAfterSeconds: Number(value) } : {}
}

function describe(status: number): string {
  if (status === 404) return 'The API knows nothing by that name (HTTP 404). Check the arguments.'
  if (status === 409) return 'The API refused the call because of a conflict (HTTP 409).'
  if (status === 400 || status === 422) {
    return `The API did not accept the arguments (HTTP ${status}). Check them before trying again.`
  }
  return `The API refused the call (HTTP ${status}).`
}
