import { ExchangeRefusal } from './exchange-refusal.js'
import type { ExchangeRequest } from './exchange-request.js'

/**
 * Returns the scopes of the exchanged token: what was asked for and may be granted.
 *
 * Nothing asked means everything grantable. Less than asked is no error: the response says what was
 * granted.
 *
 * @throws ExchangeRefusal 403 `invalid_scope` when something was asked and nothing of it is grantable.
 */
export function narrowScopes(
  { apiScopes }: ExchangeRequest,
  grantable: readonly string[],
): readonly string[] {
  if (apiScopes.length === 0) return grantable
  const granted = grantable.filter((scope) => apiScopes.includes(scope))
  if (granted.length > 0) return granted
  throw new ExchangeRefusal(
    403,
    'invalid_scope',
    `The user does not have the requested scopes: ${apiScopes.join(' ')}`,
  )
}

/**
 * Returns the `scope` member of the response: only when it differs from what was asked for.
 *
 * `undefined` means "as requested" (RFC 6749 §5.1).
 */
export function scopeToReport(
  { requestedScope }: ExchangeRequest,
  granted: readonly string[],
): string | undefined {
  const asked = new Set((requestedScope ?? '').split(' ').filter((scope) => scope !== ''))
  const isSame = asked.size === granted.length && granted.every((scope) => asked.has(scope))
  return isSame ? undefined : granted.join(' ')
}
