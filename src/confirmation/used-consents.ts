import type { Clock } from '../time/clock.js'
import type { OpenedConsent } from './consent-seal.js'

/** How many consents are remembered until they expire. */
export interface UsedConsentsOptions {
  readonly clock: Clock
  /** Default 1000. */
  readonly maxPerUser?: number | undefined
  /** Default 100000. */
  readonly max?: number | undefined
}

/** `full`: no more can be remembered, so none may be used. */
export type Taken = 'used' | 'full' | { readonly giveBack: () => void }

const SWEEP_MS = 1_000

/** Remembers, in this process, which consents were used, so that each counts once. Closed when full. */
export class UsedConsents {
  readonly #clock: Clock
  readonly #maxPerUser: number
  readonly #max: number
  /** Of each user, by nonce, when it expires. */
  readonly #users = new Map<string, Map<string, number>>()
  #count = 0
  #sweptAtMs = 0

  constructor({ clock, maxPerUser = 1_000, max = 100_000 }: UsedConsentsOptions) {
    this.#clock = clock
    this.#maxPerUser = maxPerUser
    this.#max = max
  }

  /** Takes a consent of a user: the first who asks gets it. */
  take(user: string, { nonce, expiresAtMs }: OpenedConsent): Taken {
    if (this.#users.get(user)?.has(nonce) === true) return 'used'
    if (!this.#hasRoomFor(user)) return 'full'
    const ofUser = this.#users.get(user) ?? new Map<string, number>()
    this.#users.set(user, ofUser.set(nonce, expiresAtMs))
    this.#count += 1
    return {
      giveBack: () => {
        this.#forget(user, nonce)
      },
    }
  }

  #hasRoomFor(user: string): boolean {
    if (this.#isFullFor(user)) this.#forgetExpired(user)
    if (this.#count < this.#max) return !this.#isFullFor(user)
    this.#forgetAllExpired()
    return this.#count < this.#max && !this.#isFullFor(user)
  }

  /** At most once a second: a full memory must not cost every call a walk through all of it. */
  #forgetAllExpired(): void {
    const nowMs = this.#clock()
    if (Math.abs(nowMs - this.#sweptAtMs) < SWEEP_MS) return
    this.#sweptAtMs = nowMs
    for (const user of [...this.#users.keys()]) this.#forgetExpired(user)
  }

  #isFullFor(user: string): boolean {
    return (this.#users.get(user)?.size ?? 0) >= this.#maxPerUser
  }

  #forgetExpired(user: string): void {
    const nowMs = this.#clock()
    for (const [nonce, expiresAtMs] of this.#users.get(user) ?? []) {
      if (expiresAtMs <= nowMs) this.#forget(user, nonce)
    }
  }

  #forget(user: string, nonce: string): void {
    const ofUser = this.#users.get(user)
    if (ofUser?.delete(nonce) !== true) return
    this.#count -= 1
    if (ofUser.size === 0) this.#users.delete(user)
  }
}
