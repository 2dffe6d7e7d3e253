import { systemTimers, type Clock, type Timers } from '../time/clock.js'
import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'
import { FairQueue } from '../limits/fair-queue.js'
import { MAX_HOLD_MS, RateBudget } from './rate-budget.js'
import { isUsedUp, type RateLimit } from './rate-limits.js'
import type { RateShare, RateShareChange } from './rate-share.js'

export interface FairRateLimiterOptions {
  /** Exchanges a second in the long run. */
  readonly perSecond: number
  /** Exchanges at once after a quiet time. Default: `perSecond`. */
  readonly burst?: number | undefined
  /** How many may wait altogether. Default 1000. */
  readonly maxWaiting?: number | undefined
  /** How long an exchange may wait: no more wait than get their turn by then. Default: as many as `maxWaiting`. */
  readonly maxWaitMs?: number | undefined
  /** The part of the rate that is this instance's. Default: all of it. */
  readonly share?: RateShare | undefined
  readonly clock: Clock
  readonly timers?: Timers | undefined
}

/** Shorter holds make callers wait; longer ones send them away with the time to come back. */
const WAIT_OUT_MS = 2_000

/**
 * Keeps exchanges below the authorization server's limit, fairly: users take turns, so that many requests of one user
 * do not delay the others.
 *
 * Slows down as the server's own limit runs out (`follow`), and holds all users back until a time that the server
 * names (`pauseUntil`), at most a minute.
 */
export class FairRateLimiter {
  readonly #burst: number
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #queue: FairQueue<true>
  #tokens: number
  #filledAt: number
  #refusedUntil = 0
  /** As `#refusedUntil`, for holds that are short enough to be waited out. */
  #pausedUntil = 0
  readonly #budget: RateBudget
  readonly #share: RateShare | undefined
  /** The part of the rate since `#filledAt`. */
  #fraction: number
  #timer: { cancel(): void } | undefined

  constructor(options: FairRateLimiterOptions) {
    this.#burst = options.burst ?? Math.max(1, options.perSecond)
    const { maxWaiting = 1_000, maxWaitMs = Number.POSITIVE_INFINITY } = options
    this.#queue = new FairQueue({
      maxWaiting: () => {
        const inTime = Math.floor((this.#perSecondOfWaiting * maxWaitMs) / 1_000)
        return Math.min(maxWaiting, Math.max(1, inTime))
      },
      refusal: () => busy('queue_full', (this.#queue.length / this.#perSecondOfWaiting) * 1_000),
    })
    this.#clock = options.clock
    this.#timers = options.timers ?? systemTimers
    this.#share = options.share
    this.#fraction = options.share?.fraction ?? 1
    this.#tokens = this.#most(this.#burst)
    this.#filledAt = this.#clock()
    this.#budget = new RateBudget(options.perSecond, options.clock)
    options.share?.join({
      waiting: () => this.#queue.users,
      changed: (change) => {
        this.#shareChanged(change)
      },
    })
  }

  /**
   * Resolves when it is this user's turn; rejects with `exchange_unavailable` when too many wait or the
   * authorization server wants to be left alone, and with the signal's reason when it aborts.
   */
  async acquire(user: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#share?.note(user)
    const heldMs = this.#msUntil(this.#refusedUntil)
    if (heldMs > 0) throw busy('held_back', heldMs)
    const { isSpent, endsInMs } = this.#budget
    if (isSpent && endsInMs > WAIT_OUT_MS) throw busy('held_back', endsInMs)
    this.#fill()
    if (this.#queue.length === 0 && this.#hasToken()) {
      this.#spendToken()
      return
    }
    const admitted = this.#queue.wait(user, signal)
    this.#schedule()
    await admitted
  }

  /**
   * Lets nobody through until `untilMs` (epoch milliseconds), a minute at most; never shortens what was said before.
   * Who waits already is sent away, unless the hold is no longer than two seconds.
   */
  pauseUntil(untilMs: number): void {
    const now = this.#clock()
    if (!(untilMs > now)) return
    const bounded = Math.min(untilMs, now + MAX_HOLD_MS)
    if (bounded - now <= WAIT_OUT_MS) {
      this.#pausedUntil = Math.max(this.#pausedUntil, bounded)
      return
    }
    this.#refusedUntil = Math.max(this.#refusedUntil, bounded)
    this.#queue.refuseAll(() => busy('held_back', this.#refusedUntil - now))
  }

  /** Until when nobody is let through, in epoch milliseconds; in the past where there is no such hold. */
  get heldUntilMs(): number {
    return Math.max(this.#refusedUntil, this.#pausedUntil)
  }

  /** Takes over what an answer of the authorization server says about its rate limit. */
  follow(limits: readonly RateLimit[]): void {
    this.#fill()
    this.#budget.follow(limits)
    // What was saved up in a quiet time would go out at once.
    if (this.#budget.isSlow) this.#tokens = Math.min(this.#tokens, 1)
    if (this.#budget.isSpent && limits.some(isUsedUp)) {
      this.pauseUntil(this.#clock() + this.#budget.endsInMs)
    }
    this.#reschedule()
  }

  #shareChanged({ isFirst, isRested }: RateShareChange): void {
    // What the time until now brought was at the old part.
    this.#fill()
    this.#fraction = this.#share?.fraction ?? 1
    const most = this.#most(this.#burst)
    this.#tokens = isRested && !this.#budget.isSlow ? most : Math.min(most, this.#tokens)
    if (isFirst) this.#queue.trim()
    this.#reschedule()
  }

  #reschedule(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#schedule()
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#queue.length === 0) return
    const waitMs = this.#msToNextToken()
    // Without a part of the rate: until there is one.
    if (waitMs === Number.POSITIVE_INFINITY) return
    this.#timer = this.#timers.after(Math.max(1, Math.ceil(waitMs)), () => {
      this.#timer = undefined
      this.#fill()
      while (this.#hasToken() && this.#queue.admitNext(() => true)) this.#spendToken()
      this.#schedule()
    })
  }

  #hasToken(): boolean {
    return this.#tokens >= 1 && !this.#budget.isSpent && this.#msUntil(this.#pausedUntil) <= 0
  }

  /** A hold that seems longer than any can be comes from a clock that was set back, and is over. */
  #msUntil(untilMs: number): number {
    const leftMs = untilMs - this.#clock()
    return leftMs > MAX_HOLD_MS ? 0 : leftMs
  }

  /** Of this instance. */
  get #perSecond(): number {
    return this.#budget.perSecond * this.#fraction
  }

  /** Of this instance once it is known who waits here, and one more. */
  get #perSecondOfWaiting(): number {
    return this.#budget.perSecond * (this.#share?.fractionOf(this.#queue.userCount + 1) ?? 1)
  }

  /** What may be saved up: never so little that nothing ever goes out. */
  #most(burst: number): number {
    return this.#share === undefined ? burst : Math.max(1, burst * this.#fraction)
  }

  #spendToken(): void {
    this.#tokens -= 1
    this.#budget.spend()
  }

  #msToNextToken(): number {
    const { isSlow, isSpent, endsInMs } = this.#budget
    const pausedMs = this.#msUntil(this.#pausedUntil)
    const missing = Math.max(0, 1 - this.#tokens)
    const fillMs = missing === 0 ? 0 : (missing / this.#perSecond) * 1_000
    // A slow rate ends with its window.
    const tokenMs = isSpent ? endsInMs : isSlow ? Math.min(fillMs, endsInMs) : fillMs
    return Math.max(pausedMs, tokenMs)
  }

  #fill(): void {
    const now = this.#clock()
    const { isSlow } = this.#budget
    const gained = ((now - this.#filledAt) / 1_000) * this.#perSecond
    const most = this.#most(isSlow ? Math.min(1, this.#burst) : this.#burst)
    this.#tokens = Math.min(most, this.#tokens + Math.max(0, gained))
    this.#filledAt = now
  }
}

function busy(reason: FailureReason<'outage'>, leftMs: number): OnBehalfOfError {
  return new OnBehalfOfError('exchange_unavailable', {
    reason,
    retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)),
  })
}
