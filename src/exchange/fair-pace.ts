import { systemTimers, type Clock, type Timers } from '../clock.js'
import { OnBehalfOfError } from '../errors.js'
import { MAX_HOLD_MS, RateBudget } from './rate-budget.js'
import { isUsedUp, type RateLimit } from './rate-limits.js'

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

/** Shorter holds make callers wait; longer ones send them away with the time to come back. */
const WAIT_OUT_MS = 2_000

interface Waiter {
  readonly proceed: () => void
  readonly refuse: (error: Error) => void
}

/**
 * Keeps exchanges below the authorization server's limit, fairly: users take turns, so that one who asks for
 * much waits behind the others and not the others behind them.
 *
 * Also follows what the authorization server says about its limit: slows down as less is left of it (`follow`), and
 * holds everybody back until a time it has named (`holdUntil`), a minute at most.
 */
export class FairPace {
  readonly #burst: number
  readonly #maxWaiting: number
  readonly #clock: Clock
  readonly #timers: Timers
  /** Waiters by user; the order of the map is whose turn it is. */
  readonly #queues = new Map<string, Waiter[]>()
  #waiting = 0
  #tokens: number
  #filledAt: number
  #heldUntil = 0
  /** As `#heldUntil`, for holds that are short enough to be waited out. */
  #pausedUntil = 0
  readonly #budget: RateBudget
  #timer: { cancel(): void } | undefined

  constructor(options: FairPaceOptions) {
    this.#burst = options.burst ?? Math.max(1, options.perSecond)
    this.#maxWaiting = options.maxWaiting ?? 1_000
    this.#clock = options.clock
    this.#timers = options.timers ?? systemTimers
    this.#tokens = this.#burst
    this.#filledAt = this.#clock()
    this.#budget = new RateBudget(options.perSecond, options.clock)
  }

  /**
   * Resolves when it is this user's turn; rejects with `exchange_unavailable` when too many wait or the
   * authorization server wants to be left alone, and with the signal's reason when it aborts.
   */
  async turn(user: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const heldMs = this.#msUntil(this.#heldUntil)
    if (heldMs > 0) throw busy('held_back', heldMs)
    const { isSpent, endsInMs } = this.#budget
    if (isSpent && endsInMs > WAIT_OUT_MS) throw busy('held_back', endsInMs)
    this.#fill()
    if (this.#waiting === 0 && this.#hasTurn()) {
      this.#spendTurn()
      return
    }
    if (this.#waiting >= this.#maxWaiting) this.#makeRoomFor(user)
    await this.#wait(user, signal)
  }

  /**
   * Lets nobody through until `untilMs` (epoch milliseconds), a minute at most; never shortens what was said before.
   * Who waits already is sent away, unless the hold is no longer than two seconds.
   */
  holdUntil(untilMs: number): void {
    const now = this.#clock()
    if (!(untilMs > now)) return
    const bounded = Math.min(untilMs, now + MAX_HOLD_MS)
    if (bounded - now <= WAIT_OUT_MS) {
      this.#pausedUntil = Math.max(this.#pausedUntil, bounded)
      return
    }
    this.#heldUntil = Math.max(this.#heldUntil, bounded)
    const refusal = (): OnBehalfOfError => busy('held_back', this.#heldUntil - now)
    for (const waiter of [...this.#queues.values()].flat()) waiter.refuse(refusal())
    this.#queues.clear()
    this.#waiting = 0
  }

  /** Takes over what an answer of the authorization server says about its rate limit. */
  follow(limits: readonly RateLimit[]): void {
    this.#fill()
    this.#budget.follow(limits)
    // What was saved up in a quiet time would go out at once.
    if (this.#budget.isSlow) this.#tokens = Math.min(this.#tokens, 1)
    if (this.#budget.isSpent && limits.some(isUsedUp)) {
      this.holdUntil(this.#clock() + this.#budget.endsInMs)
    }
    this.#timer?.cancel()
    this.#timer = undefined
    this.#schedule()
  }

  #wait(user: string, signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const queue = this.#queues.get(user) ?? []
      const leave = (): void => {
        const index = queue.indexOf(waiter)
        if (index < 0) return
        queue.splice(index, 1)
        this.#waiting -= 1
        if (queue.length === 0) this.#queues.delete(user)
        reject(signal.reason as Error)
      }
      const waiter: Waiter = {
        proceed: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        },
        refuse: (error) => {
          signal.removeEventListener('abort', leave)
          reject(error)
        },
      }
      queue.push(waiter)
      this.#queues.set(user, queue)
      this.#waiting += 1
      signal.addEventListener('abort', leave, { once: true })
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#waiting === 0) return
    this.#timer = this.#timers.after(Math.max(1, Math.ceil(this.#msToNextTurn())), () => {
      this.#timer = undefined
      this.#fill()
      while (this.#waiting > 0 && this.#hasTurn()) this.#admitNext()
      this.#schedule()
    })
  }

  #hasTurn(): boolean {
    return this.#tokens >= 1 && !this.#budget.isSpent && this.#msUntil(this.#pausedUntil) <= 0
  }

  /** A hold that seems longer than any can be comes from a clock that was set back, and is over. */
  #msUntil(untilMs: number): number {
    const leftMs = untilMs - this.#clock()
    return leftMs > MAX_HOLD_MS ? 0 : leftMs
  }

  #spendTurn(): void {
    this.#tokens -= 1
    this.#budget.spend()
  }

  #msToNextTurn(): number {
    const { isSlow, isSpent, endsInMs, perSecond } = this.#budget
    const pausedMs = this.#msUntil(this.#pausedUntil)
    const fillMs = ((1 - this.#tokens) / perSecond) * 1_000
    // A slow pace ends with its window.
    const turnMs = isSpent ? endsInMs : isSlow ? Math.min(fillMs, endsInMs) : fillMs
    return Math.max(pausedMs, turnMs)
  }

  /** Sends away the last waiter of whoever has most of them; throws where that would be unfair. */
  #makeRoomFor(user: string): void {
    const queues = [...this.#queues.entries()]
    const [longestUser, longest = []] = queues.reduce<[string, Waiter[]] | []>(
      (most, entry) => (entry[1].length > (most[1]?.length ?? 0) ? entry : most),
      [],
    )
    const own = this.#queues.get(user)?.length ?? 0
    const last = longest.length > own + 1 ? longest.pop() : undefined
    if (last === undefined || longestUser === user) throw busy('queue_full', 1_000)
    this.#waiting -= 1
    last.refuse(busy('queue_full', 1_000))
  }

  /** Takes the first waiter of the user whose turn it is, and puts that user last. */
  #admitNext(): void {
    const [entry] = this.#queues
    if (entry === undefined) return
    const [user, queue] = entry
    const waiter = queue.shift()
    this.#queues.delete(user)
    if (queue.length > 0) this.#queues.set(user, queue)
    if (waiter === undefined) return
    this.#waiting -= 1
    this.#spendTurn()
    waiter.proceed()
  }

  #fill(): void {
    const now = this.#clock()
    const { perSecond, isSlow } = this.#budget
    const gained = ((now - this.#filledAt) / 1_000) * perSecond
    const most = isSlow ? Math.min(1, this.#burst) : this.#burst
    this.#tokens = Math.min(most, this.#tokens + Math.max(0, gained))
    this.#filledAt = now
  }
}

function busy(reason: string, leftMs: number): OnBehalfOfError {
  return new OnBehalfOfError('exchange_unavailable', {
    reason,
    retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)),
  })
}
