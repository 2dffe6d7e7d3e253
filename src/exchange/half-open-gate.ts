import type { Clock } from '../time/clock.js'
import { OnBehalfOfError } from '../failures/errors.js'

/** The half-open state of a circuit breaker: lets nothing through for a while, then a single probe. */
export class HalfOpenGate {
  readonly #openMs: number
  readonly #clock: Clock
  #openUntil = 0
  #probing = false

  constructor(openMs: number, clock: Clock) {
    this.#openMs = openMs
    this.#clock = clock
  }

  /** Returns true: the call is the probe. Throws `exchange_unavailable` while it is too early, or a probe is under way. */
  tryAcquire(): true {
    const leftMs = this.#msLeft()
    if (leftMs <= 0 && !this.#probing) {
      this.#probing = true
      return true
    }
    throw new OnBehalfOfError('exchange_unavailable', {
      reason: 'breaker_open',
      retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)),
    })
  }

  /** What seems longer than it can be comes from a clock that was set back, and is over. */
  #msLeft(): number {
    const leftMs = this.#openUntil - this.#clock()
    return leftMs > this.#openMs ? 0 : leftMs
  }

  /** Lets nothing through for `openMs` from now. */
  shut(): void {
    this.#openUntil = this.#clock() + this.#openMs
  }

  /** Ends the probe, whatever its outcome. */
  endProbe(): void {
    this.#probing = false
  }
}
