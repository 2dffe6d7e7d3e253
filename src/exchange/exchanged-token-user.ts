import type { Caller, Claims } from '../identity/caller.js'
import type { ClaimProfile } from '../identity/claim-profile.js'
import { claimOf } from '../identity/claims.js'
import { parseOrganization } from '../identity/token-claims.js'
import { rejected } from './rejection.js'

/** Whether a plain bearer token may come back for one that is bound to its sender. */
export interface UnboundPolicy {
  readonly dangerouslyAllowUnboundDowngrade?: boolean | undefined
}

/**
 * Throws where a returned token names another user, by any of the claims that name one on either hop, or another organization.
 */
export function assertSameUser(
  claims: Claims,
  caller: Caller,
  profile: Pick<ClaimProfile, 'subjectClaims' | 'organization'>,
): void {
  const known = caller.subjectClaims ?? { sub: caller.subject }
  for (const name of new Set([...profile.subjectClaims, ...Object.keys(known)])) {
    const expected = Object.hasOwn(known, name) ? known[name] : undefined
    const received = claimOf(claims, name)
    if (expected === undefined || received !== expected) {
      throw rejected('subject', { of: 'Subject', expected, received })
    }
  }
  const organization = parseOrganization(claims, profile)
  if (organization !== caller.organization) {
    const expected = caller.organization
    throw rejected('organization', { of: 'Organization', expected, received: organization })
  }
}

/**
 * The call of the API presents no proof of possession: a bound token (RFC 7800) cannot be used by us, and would be used as
 * plain one where the API does not look. Whose key it is bound to does not matter.
 */
export function assertBinding(
  confirmation: unknown,
  { binding }: Caller,
  { dangerouslyAllowUnboundDowngrade }: UnboundPolicy,
): void {
  if (confirmation !== undefined) {
    throw rejected('bound_token', {
      of: 'Binding',
      expected: 'none',
      received: methodsOf(confirmation),
    })
  }
  if (binding !== undefined && dangerouslyAllowUnboundDowngrade !== true) {
    throw rejected('unbound_downgrade', { of: 'Binding', expected: binding, received: undefined })
  }
}

/** The names of the confirmation methods alone: a thumbprint tells one device of a user from another. */
function methodsOf(confirmation: unknown): string {
  if (typeof confirmation !== 'object' || confirmation === null) return typeof confirmation
  return Object.keys(confirmation).join(', ') || 'a cnf without a method'
}
