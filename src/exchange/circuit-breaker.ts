import type { Clock } from '../clock.js'
import { OnBehalfOfError } from '../errors.js'

export interface CircuitBreakerOptions {
  /** Failures in a row after which nothing is let through. Default 5. */
  readonly threshold?: number
  /** How long nothing is let through. Default 10 seconds. */
  readonly openMs?: number
  readonly clock: Clock
}

/**
 * Stops asking an authorization server that is down, and tries it with a single request after a while.
 *
 * Only what is passed to `failed` counts: who uses it decides what speaks for an outage.
 */
export class CircuitBreaker {
  readonly #threshold: number
  readonly #openMs: number
  readonly #clock: Clock
  #failures = 0
  #openUntil = 0
  #probing = false

  constructor({ threshold = 5, openMs = 10_000, clock }: CircuitBreakerOptions) {
    this.#threshold = threshold
    this.#openMs = openMs
    this.#clock = clock
  }

  /**
   * Throws `exchange_unavailable` while the breaker is open; each caller let through reports back. Returns
   * whether the call is the trial.
   */
  enter(): boolean {
    if (this.#failures < this.#threshold) return false
    const leftMs = this.#openUntil - this.#clock()
    if (leftMs <= 0 && !this.#probing) {
      this.#probing = true
      return true
    }
    throw new OnBehalfOfError('exchange_unavailable', {
      reason: 'breaker_open',
      retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)),
    })
  }

  succeeded(): void {
    this.#failures = 0
    this.#probing = false
  }

  failed(): void {
    this.#failures += 1
    this.#probing = false
    if (this.#failures >= this.#threshold) this.#openUntil = this.#clock() + this.#openMs
  }

  /** The request came to an end that says nothing about the server; another may be the trial in its place. */
  undecided(trial = true): void {
    if (trial) this.#probing = false
  }
}
