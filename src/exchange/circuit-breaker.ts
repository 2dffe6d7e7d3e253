import type { Clock } from '../time/clock.js'
import { HalfOpenGate } from './half-open-gate.js'

export interface CircuitBreakerOptions {
  /** Failures in a row after which nothing is let through. Default 5. */
  readonly threshold?: number | undefined
  /** How long nothing is let through. Default 10 seconds. */
  readonly openMs?: number | undefined
  readonly clock: Clock
}

/**
 * Stops requests to an authorization server that is down, and sends a single probe after a while (half-open).
 *
 * Counts nothing but the calls of `failed`: its caller decides which failures mean an outage.
 */
export class CircuitBreaker {
  readonly #threshold: number
  readonly #gate: HalfOpenGate
  #failures = 0

  constructor({ threshold = 5, openMs = 10_000, clock }: CircuitBreakerOptions) {
    this.#threshold = threshold
    this.#gate = new HalfOpenGate(openMs, clock)
  }

  /**
   * Returns whether the call is the half-open probe. Throws `exchange_unavailable` while the breaker is open. Every
   * call that it lets through reports its outcome: `succeeded`, `failed` or `release`.
   */
  tryAcquire(): boolean {
    if (this.#failures < this.#threshold) return false
    return this.#gate.tryAcquire()
  }

  succeeded(): void {
    this.#failures = 0
    this.#gate.endProbe()
  }

  failed(): void {
    this.#failures += 1
    this.#gate.endProbe()
    if (this.#failures >= this.#threshold) this.#gate.shut()
  }

  /** Reports a request whose outcome says nothing about the server; another request may be the probe in its place. */
  release(probe = true): void {
    if (probe) this.#gate.endProbe()
  }
}
