import type { Clock } from '../time/clock.js'

export interface AllowanceOptions {
  readonly clock: Clock
  /** How many may be taken at once. */
  readonly burst: number
  /** Time after which one more may be taken. */
  readonly refillMs: number
}

/** A small stock of something dear that strangers can cause: a few at once, then one each `refillMs`. */
export class Allowance {
  readonly #options: AllowanceOptions
  /** The moment from which the whole stock is there again. */
  #fullAt = -Infinity

  constructor(options: AllowanceOptions) {
    this.#options = options
  }

  /** Takes one where there is one, and says whether. */
  take(): boolean {
    if (this.waitMs() > 0) return false
    const { clock, refillMs } = this.#options
    this.#fullAt = Math.max(this.#fullAt, clock()) + refillMs
    return true
  }

  /** Time until there is one to take; 0 where there is one. */
  waitMs(): number {
    const { clock, burst, refillMs } = this.#options
    const untilFullMs = this.#fullAt - clock()
    // What seems longer than it can be comes from a clock that was set back: the stock counts as full.
    if (untilFullMs > burst * refillMs) this.#fullAt = -Infinity
    return Math.max(0, this.#fullAt - clock() - (burst - 1) * refillMs)
  }
}
