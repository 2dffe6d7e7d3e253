import { LRUCache } from 'lru-cache'
import { entriesAtMost } from '../cache/entries-at-most.js'
import type { Clock } from '../time/clock.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.js'
import { MAX_HOLD_MS } from './rate-budget.js'

interface UserState {
  readonly breaker: CircuitBreaker
  heldUntil: number
}

/** Only users with failures are remembered. Beyond this number, the user with the oldest failure is forgotten. */
const MAX_USERS = 10_000

/**
 * Holds single users back whose own exchanges fail, so that the others of the same authorization server go on: for as
 * long as a 429 says (a minute at most), and for a while after failures in a row.
 */
export class UserHolds {
  readonly #users = new LRUCache<string, UserState>(entriesAtMost(MAX_USERS))
  readonly #breaker: CircuitBreakerOptions
  readonly #clock: Clock
  #lastLimited: { readonly user: string; readonly atMs: number } | undefined

  constructor(breaker: CircuitBreakerOptions) {
    this.#breaker = breaker
    this.#clock = breaker.clock
  }

  /** Throws `exchange_unavailable` while this user has to wait. Returns whether the call is the user's half-open probe. */
  tryAcquire(user: string): boolean {
    const state = this.#users.get(user)
    if (state === undefined) return false
    const leftMs = state.heldUntil - this.#clock()
    if (leftMs > 0 && leftMs <= MAX_HOLD_MS) {
      throw new OnBehalfOfError('exchange_unavailable', {
        reason: 'held_back',
        retryAfterSeconds: Math.ceil(leftMs / 1_000),
      })
    }
    return state.breaker.tryAcquire()
  }

  succeeded(user: string): void {
    const state = this.#users.get(user)
    if (state === undefined) return
    // An exchange that began before a 429 does not take it back.
    if (state.heldUntil > this.#clock()) state.breaker.succeeded()
    else this.#users.delete(user)
  }

  failed(user: string): void {
    this.#stateOf(user).breaker.failed()
  }

  release(user: string, probe: boolean): void {
    this.#users.get(user)?.breaker.release(probe)
  }

  /** Holds this user back until `untilMs` (epoch milliseconds), a minute at most; never shortens what was said before. */
  pauseUntil(user: string, untilMs: number): void {
    const state = this.#stateOf(user)
    state.heldUntil = Math.max(state.heldUntil, Math.min(untilMs, this.#clock() + MAX_HOLD_MS))
  }

  /** Holds a user who met a 429; returns whether another one has met one within the last minute. */
  limited(user: string, untilMs: number): boolean {
    this.pauseUntil(user, untilMs)
    const last = this.#lastLimited
    const now = this.#clock()
    this.#lastLimited = { user, atMs: now }
    return last !== undefined && last.user !== user && now - last.atMs <= MAX_HOLD_MS
  }

  #stateOf(user: string): UserState {
    const known = this.#users.get(user)
    if (known !== undefined) return known
    const state = { breaker: new CircuitBreaker(this.#breaker), heldUntil: 0 }
    this.#users.set(user, state)
    return state
  }
}
