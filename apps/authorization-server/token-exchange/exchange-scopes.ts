import type { Behaviors } from '../behaviors.js'
import { ExchangeRefusal } from './exchange-refusal.js'

type ScopeBehaviors = Pick<Behaviors, 'partialGrant' | 'scopeInResponse' | 'scopeOmitted'>

/**
 * Returns the API's scopes of the exchanged token: what was asked for and may be granted.
 *
 * Nothing asked means everything grantable, or nothing (`scopeOmitted`). Less than asked is no error
 * (unless `partialGrant` says so): the response says what was granted.
 *
 * Throws `ExchangeRefusal` (403 `invalid_scope`) for less than asked, where that is an error.
 */
export function narrowScopes(
  asked: readonly string[],
  grantable: readonly string[],
  { partialGrant, scopeOmitted }: Pick<ScopeBehaviors, 'partialGrant' | 'scopeOmitted'>,
): readonly string[] {
  if (asked.length === 0) return scopeOmitted === 'none' ? [] : grantable
  const granted = grantable.filter((scope) => asked.includes(scope))
  const isPartial = asked.some((scope) => !granted.includes(scope))
  if (isPartial && partialGrant === 'refused') throw refusal(asked)
  return granted
}

/**
 * Passes unless API scopes were asked for and none of them was granted.
 *
 * Throws `ExchangeRefusal` (403 `invalid_scope`).
 */
export function requireSomeScope(asked: readonly string[], granted: readonly string[]): void {
  if (asked.length > 0 && granted.length === 0) throw refusal(asked)
}

/**
 * Returns the `scope` member of the response: only when it differs from what was asked for, or as
 * `scopeInResponse` says.
 *
 * `undefined` leaves it out, which means "as requested" (RFC 6749 §5.1).
 */
export function scopeToReport(
  requestedScope: string | undefined,
  granted: readonly string[],
  { scopeInResponse }: Pick<ScopeBehaviors, 'scopeInResponse'>,
): string | undefined {
  if (scopeInResponse === 'never') return undefined
  const asked = new Set((requestedScope ?? '').split(' ').filter((scope) => scope !== ''))
  const isSame = asked.size === granted.length && granted.every((scope) => asked.has(scope))
  return isSame && scopeInResponse === 'if_different' ? undefined : granted.join(' ')
}

function refusal(asked: readonly string[]): ExchangeRefusal {
  return new ExchangeRefusal(
    403,
    'invalid_scope',
    `The user does not have the requested scopes: ${asked.join(' ')}`,
  )
}
