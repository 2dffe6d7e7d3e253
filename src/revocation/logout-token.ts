import { textOf } from '../identity/claims.js'
import { EventRefusedError } from './event-fault.js'
import type { SignedOut } from './signed-out.js'
import type { EventToken } from './verify-event-token.js'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** Auth0 and Okta write `JWT`, or nothing; the specification recommends `logout+jwt`. */
export const LOGOUT_TOKEN_TYPES: readonly (string | undefined)[] = ['logout+jwt', 'jwt', undefined]

/**
 * Reads who has signed out of a verified logout token (OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6).
 *
 * Throws an `EventRefusedError` where its `events` lack that of a logout, where it has a `nonce` as ID tokens have, and where neither `sub`
 * nor `sid` says who.
 */
export function readLogoutToken({ claims, issuer }: EventToken): SignedOut {
  const { events, sub, sid } = claims
  if (!isObject(events) || !Object.hasOwn(events, EVENT) || !isObject(events[EVENT])) {
    throw new EventRefusedError('events')
  }
  if (Object.hasOwn(claims, 'nonce')) throw new EventRefusedError('nonce')
  const isText = [sub, sid].every((name) => name === undefined || textOf(name) !== undefined)
  if (!isText || (sub === undefined && sid === undefined)) throw new EventRefusedError('subject')
  return { issuer, subject: textOf(sub), sessionId: textOf(sid) }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
