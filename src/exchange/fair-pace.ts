import { systemTimers, type Clock, type Timers } from '../clock.js'
import { OnBehalfOfError } from '../errors.js'
import { FairQueue } from '../limits/fair-queue.js'

export interface FairPaceOptions {
  /** Exchanges a second in the long run. */
  readonly perSecond: number
  /** Exchanges at once after a quiet time. Default: `perSecond`. */
  readonly burst?: number
  /** How many may wait altogether. Default 1000. */
  readonly maxWaiting?: number
  readonly clock: Clock
  readonly timers?: Timers
}

/**
 * Keeps exchanges below the authorization server's limit, fairly: users take turns, so that one who asks for
 * much waits behind the others and not the others behind them.
 *
 * Also holds everybody back until a time the authorization server has named (`holdUntil`).
 */
export class FairPace {
  readonly #perSecond: number
  readonly #burst: number
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #queue: FairQueue<true>
  #tokens: number
  #filledAt: number
  #heldUntil = 0
  #timer: { cancel(): void } | undefined

  constructor(options: FairPaceOptions) {
    this.#perSecond = options.perSecond
    this.#burst = options.burst ?? Math.max(1, options.perSecond)
    this.#queue = new FairQueue({
      maxWaiting: options.maxWaiting ?? 1_000,
      refusal: () => busy('queue_full', 1_000),
    })
    this.#clock = options.clock
    this.#timers = options.timers ?? systemTimers
    this.#tokens = this.#burst
    this.#filledAt = this.#clock()
  }

  /**
   * Resolves when it is this user's turn; rejects with `exchange_unavailable` when too many wait or the
   * authorization server wants to be left alone, and with the signal's reason when it aborts.
   */
  async turn(user: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const heldMs = this.#heldUntil - this.#clock()
    if (heldMs > 0) throw busy('held_back', heldMs)
    this.#fill()
    if (this.#queue.length === 0 && this.#tokens >= 1) {
      this.#tokens -= 1
      return
    }
    const turn = this.#queue.wait(user, signal)
    this.#schedule()
    await turn
  }

  /** Lets nobody through until `untilMs` (epoch milliseconds); never shortens what was said before. */
  holdUntil(untilMs: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, untilMs)
    const heldMs = this.#heldUntil - this.#clock()
    if (heldMs <= 0) return
    this.#queue.refuseAll(() => busy('held_back', heldMs))
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#queue.length === 0) return
    const waitMs = Math.max(1, Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1_000))
    this.#timer = this.#timers.after(waitMs, () => {
      this.#timer = undefined
      this.#fill()
      while (this.#tokens >= 1 && this.#queue.admitNext(() => true)) this.#tokens -= 1
      this.#schedule()
    })
  }

  #fill(): void {
    const now = this.#clock()
    const gained = ((now - this.#filledAt) / 1_000) * this.#perSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, gained))
    this.#filledAt = now
  }
}

function busy(reason: string, leftMs: number): OnBehalfOfError {
  return new OnBehalfOfError('exchange_unavailable', {
    reason,
    retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)),
  })
}
