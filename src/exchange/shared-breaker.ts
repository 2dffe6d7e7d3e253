import type { Clock } from '../time/clock.js'
import type { Outage } from '../failures/errors.js'
import { HalfOpenGate } from './half-open-gate.js'

export interface SharedBreakerOptions {
  /** Failures in a row after which nothing is let through. Default 5. */
  readonly threshold?: number | undefined
  /** How long nothing is let through. Default 10 seconds. */
  readonly openMs?: number | undefined
  readonly clock: Clock
}

/** Enough to tell one user from several. */
const MAX_REMEMBERED_USERS = 100

/**
 * Circuit breaker of all users for one authorization server; lets a single probe through after a while (half-open).
 *
 * It opens after failures in a row that concern everybody, or of several users. No user contributes more than half of
 * what opens it. A user who failed before does not keep it open by failing as the probe.
 */
export class SharedBreaker {
  readonly #threshold: number
  readonly #gate: HalfOpenGate
  /** Failures in a row that speak for themselves. */
  #unreachable = 0
  /** Other failures in a row, by user. */
  readonly #failures = new Map<string, number>()
  #open = false

  constructor({ threshold = 5, openMs = 10_000, clock }: SharedBreakerOptions) {
    this.#threshold = threshold
    this.#gate = new HalfOpenGate(openMs, clock)
  }

  /**
   * Returns whether the call is the half-open probe. Throws `exchange_unavailable` while the breaker is open. Every
   * call that it lets through reports its outcome: `succeeded`, `failed` or `release`.
   */
  tryAcquire(): boolean {
    if (!this.#open) return false
    return this.#gate.tryAcquire()
  }

  get isOpen(): boolean {
    return this.#open
  }

  succeeded(): void {
    this.#unreachable = 0
    this.#failures.clear()
    this.#open = false
    this.#gate.endProbe()
  }

  /** Counts a failure. Returns true where only this user has to wait: another user's call may be the probe at once. */
  failed(user: string, outage: Outage, probe: boolean): boolean {
    const known = this.#failures.has(user)
    if (probe) this.#gate.endProbe()
    if (outage === 'everybody') this.#unreachable += 1
    else this.#remember(user)
    if (this.#open) {
      const saysNothingNew = outage === 'perhaps_one' && (known || !probe)
      if (!saysNothingNew) this.#gate.shut()
      return probe && saysNothingNew
    }
    if (this.#speaksForOutage()) {
      this.#open = true
      this.#gate.shut()
    }
    return false
  }

  /** Reports a request whose outcome says nothing about the server; another request may be the probe in its place. */
  release(probe = true): void {
    if (probe) this.#gate.endProbe()
  }

  #remember(user: string): void {
    if (this.#failures.size >= MAX_REMEMBERED_USERS && !this.#failures.has(user)) return
    this.#failures.set(user, (this.#failures.get(user) ?? 0) + 1)
  }

  #speaksForOutage(): boolean {
    if (this.#unreachable >= this.#threshold) return true
    const most = Math.ceil(this.#threshold / 2)
    const counted = [...this.#failures.values()].map((count) => Math.min(count, most))
    const total = counted.reduce((sum, count) => sum + count, this.#unreachable)
    const parties = this.#failures.size + (this.#unreachable > 0 ? 1 : 0)
    return parties >= 2 && total >= this.#threshold
  }
}
