import type { Clock } from '../time/clock.js'
import { OnBehalfOfError } from '../failures/errors.js'

/** What an open circuit breaker lets through: nothing for a while, then a single request, the trial. */
export class TrialGate {
  readonly #openMs: number
  readonly #clock: Clock
  #openUntil = 0
  #probing = false

  constructor(openMs: number, clock: Clock) {
    this.#openMs = openMs
    this.#clock = clock
  }

  /** Whether the call is the trial; throws `exchange_unavailable` while it is too early or another one is on its way. */
  enter(): true {
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

  /** Lets nothing through for `openMs` from now. */
  shut(): void {
    this.#openUntil = this.#clock() + this.#openMs
  }

  /** The trial is over, whatever it said. */
  endTrial(): void {
    this.#probing = false
  }
}
