import type { Clock } from '../time/clock.js'
import type { Outage } from '../failures/errors.js'
import { TrialGate } from './trial-gate.js'

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
 * Stops asking an authorization server that is down for all users, and tries it with a single request after a while.
 *
 * A failure that may be about one user counts only together with others: the breaker opens once several users failed in
 * a row, or the failures speak for themselves. No user contributes more than half of what opens it, and a user who has
 * failed before does not keep it open by failing as the trial.
 */
export class SharedBreaker {
  readonly #threshold: number
  readonly #gate: TrialGate
  /** Failures in a row that speak for themselves. */
  #unreachable = 0
  /** Other failures in a row, by user. */
  readonly #failures = new Map<string, number>()
  #open = false

  constructor({ threshold = 5, openMs = 10_000, clock }: SharedBreakerOptions) {
    this.#threshold = threshold
    this.#gate = new TrialGate(openMs, clock)
  }

  /**
   * Throws `exchange_unavailable` while the breaker is open; each caller let through reports back. Returns
   * whether the call is the trial.
   */
  enter(): boolean {
    if (!this.#open) return false
    return this.#gate.enter()
  }

  succeeded(): void {
    this.#unreachable = 0
    this.#failures.clear()
    this.#open = false
    this.#gate.endTrial()
  }

  /** Counts a failure; returns whether it is for this user alone to wait: another may be the trial at once. */
  failed(user: string, outage: Outage, trial: boolean): boolean {
    const known = this.#failures.has(user)
    if (trial) this.#gate.endTrial()
    if (outage === 'everybody') this.#unreachable += 1
    else this.#remember(user)
    if (this.#open) {
      const saysNothingNew = outage === 'perhaps_one' && (known || !trial)
      if (!saysNothingNew) this.#gate.shut()
      return trial && saysNothingNew
    }
    if (this.#speaksForOutage()) {
      this.#open = true
      this.#gate.shut()
    }
    return false
  }

  /** The request came to an end that says nothing about the server; another may be the trial in its place. */
  undecided(trial = true): void {
    if (trial) this.#gate.endTrial()
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
