import type { FailureCode, FailureDetails } from '../failures/failure-codes.js'

const DEFINITE: ReadonlySet<unknown> = new Set<FailureCode>([
  'reauthentication_required',
  'downstream_scope_denied',
  'consent_required',
  'mfa_required',
  'access_denied',
  'exchange_misconfigured',
])

/** Whether another try in a moment would meet the same refusal again. Outages and rejected tokens are none. */
export function isDefinite(code: unknown): code is FailureCode {
  return DEFINITE.has(code)
}

/**
 * Whether a refusal is remembered: a definite one, and one of a server that holds this client back, where each further try
 * prolongs the hold.
 */
export function isRemembered(
  code: unknown,
  { reason }: Pick<FailureDetails, 'reason'>,
): code is FailureCode {
  return isDefinite(code) || (code === 'exchange_unavailable' && reason === 'throttled')
}
