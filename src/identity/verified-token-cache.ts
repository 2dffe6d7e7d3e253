import { hash } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'
import { BoundedCache } from '../cache/bounded-cache.js'
import { deepFreeze } from '../options/deep-freeze.js'
import type { Clock } from '../time/clock.js'
import type { Secret } from '../secret.js'
import type { Claims } from './caller.js'
import type { Issuer } from './issuer-keys.js'
import { shareValues } from './share-values.js'

interface VerifiedToken {
  readonly claims: Claims
  readonly issuer: Issuer
  /** The keys that it was verified with. */
  readonly keySet: JSONWebKeySet
}

export interface VerifiedTokensOptions {
  /** Bound on the number of tokens. 0 keeps none. */
  readonly maxEntries: number
  readonly clock: Clock
  /** Chooses what is forgotten where there is no room. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/**
 * Remembers which bearer tokens have been verified, so that each signature is paid for once.
 *
 * Keyed by the token's SHA-256; holds claims and no token. An entry counts only while the key set it was
 * verified with is still the issuer's current one, and never past the token's `exp`, without tolerance.
 */
export class VerifiedTokenCache {
  readonly #entries: BoundedCache<VerifiedToken> | undefined
  readonly #clock: Clock

  constructor({ maxEntries, clock, random }: VerifiedTokensOptions) {
    this.#clock = clock
    if (maxEntries > 0) this.#entries = new BoundedCache({ maxEntries, clock, random })
  }

  /** Whose token it is, where it has been verified before: `find` wants that issuer's keys. */
  issuerOf(token: Secret): Issuer | undefined {
    return this.#entries?.peek(fingerprint(token))?.issuer
  }

  /** The claims of a token that was verified with this very key set and has not expired: the same frozen object each time. */
  find(token: Secret, keySet: JSONWebKeySet): Claims | undefined {
    const key = fingerprint(token)
    const entry = this.#entries?.get(key)
    if (entry === undefined) return undefined
    if (entry.keySet === keySet && !this.#expired(entry.claims)) return entry.claims
    this.#entries?.delete(key)
    return undefined
  }

  /** Freezes the claims. */
  remember(token: Secret, verified: VerifiedToken): void {
    if (this.#expired(verified.claims)) return
    if (!Object.isFrozen(verified.claims)) shareValues(verified.claims)
    deepFreeze(verified.claims)
    const { exp, sub } = verified.claims
    this.#entries?.set(fingerprint(token), {
      value: verified,
      owner: typeof sub === 'string' ? sub : '',
      expiresAtMs: typeof exp === 'number' ? exp * 1_000 : 0,
    })
  }

  #expired({ exp }: Claims): boolean {
    // So written that NaN has expired.
    return typeof exp !== 'number' || !(exp * 1_000 > this.#clock())
  }
}

const fingerprints = new WeakMap<Secret, string>()

/** The SHA-256 of a token, in hex; computed once for each `Secret`. */
export function fingerprint(token: Secret): string {
  const known = fingerprints.get(token)
  if (known !== undefined) return known
  const made = hash('sha256', token.reveal(), 'hex')
  fingerprints.set(token, made)
  return made
}
