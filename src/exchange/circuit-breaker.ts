import type { Clock } from '../time/clock.js'
import { TrialGate } from './trial-gate.js'

export interface CircuitBreakerOptions {
  /** Failures in a row after which nothing is let through. Default 5. */
  readonly threshold?: number | undefined
  /** How long nothing is let through. Default 10 seconds. */
  readonly openMs?: number | undefined
  readonly clock: Clock
}

/**
 * Stops asking an authorization server that is down, and tries it with a single request after a while.
 *
 * Only what is passed to `failed` counts: who uses it decides what speaks for an outage.
 */
export class CircuitBreaker {
  readonly #threshold: number
  readonly #gate: TrialGate
  #failures = 0

  constructor({ threshold = 5, openMs = 10_000, clock }: CircuitBreakerOptions) {
    this.#threshold = threshold
    this.#gate = new TrialGate(openMs, clock)
  }

  /**
   * Throws `exchange_unavailable` while the breaker is open; each caller let through reports back. Returns
   * whether the call is the trial.
   */
  enter(): boolean {
    if (this.#failures < this.#threshold) return false
    return this.#gate.enter()
  }

  succeeded(): void {
    this.#failures = 0
    this.#gate.endTrial()
  }

  failed(): void {
    this.#failures += 1
    this.#gate.endTrial()
    if (this.#failures >= this.#threshold) this.#gate.shut()
  }

  /** The request came to an end that says nothing about the server; another may be the trial in its place. */
  undecided(trial = true): void {
    if (trial) this.#gate.endTrial()
  }
}
