import { createHmac } from 'node:crypto'
import type { ObservedCaller } from '../observability/observer.js'

/** Names a user without saying who it is. */
export type Pseudonymize = (caller: ObservedCaller) => string

/** Of the HMAC, in bytes: enough that no two users share a pseudonym by chance. */
const KEPT_BYTES = 16

/**
 * Creates pseudonyms of users: the first 128 bits of an HMAC-SHA-256 over issuer and user, in base64url behind `u_`.
 *
 * The same key gives the same user the same pseudonym, whichever client is used. Whoever has the key and guesses a user can check
 * the guess.
 */
export function createPseudonymizer(key: Uint8Array): Pseudonymize {
  const known = new WeakMap<object, string>()
  return (caller) => {
    const remembered = known.get(caller)
    if (remembered !== undefined) return remembered
    const { issuer, subject, subjectClaims } = caller
    const who = subjectClaims === undefined ? subject : Object.entries(subjectClaims).toSorted()
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([issuer, who]))
      .digest()
    const pseudonym = `u_${digest.subarray(0, KEPT_BYTES).toString('base64url')}`
    // What can still change is read each time.
    if (Object.isFrozen(caller)) known.set(caller, pseudonym)
    return pseudonym
  }
}
