import type { Clock } from '../time/clock.js'
import type { RateLimit } from './rate-limits.js'

/** Nothing that an authorization server says holds exchanges back longer: its clock or ours may be wrong. */
export const MAX_HOLD_MS = 60_000

/** Where a server says that a limit is used up, and not until when. */
const UNKNOWN_WINDOW_MS = 1_000

interface Window {
  /** Exchanges that may still begin before it ends. */
  left: number
  readonly endsAtMs: number
  /** Exchanges a second; absent while there is plenty left. */
  readonly perSecond: number | undefined
}

/**
 * Tracks what is left of the authorization server's own rate limit, by its last answer.
 *
 * Nothing slows down while half of the limit is left. Below that, the rest is spread evenly over the window, at most
 * `MAX_HOLD_MS`. A limit of unknown size counts as half used once less is left than one second takes.
 */
export class RateBudget {
  readonly #perSecond: number
  readonly #clock: Clock
  #window: Window | undefined

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  /** Takes what an answer said in place of what was known; nothing where it said nothing. */
  follow(limits: readonly RateLimit[]): void {
    const windows = limits.flatMap((limit) => this.#windowOf(limit) ?? [])
    const rate = ({ perSecond = Infinity }: Window): number => perSecond
    const [narrowest] = windows.sort((a, b) => rate(a) - rate(b) || a.left - b.left)
    if (narrowest !== undefined) this.#window = narrowest
  }

  /** At most this many exchanges a second, as long as `endsInMs`. */
  get perSecond(): number {
    return Math.min(this.#perSecond, this.#current()?.perSecond ?? Infinity)
  }

  /** Whether the rate is lower than it would be by itself. */
  get isSlow(): boolean {
    return this.#current()?.perSecond !== undefined
  }

  /** Whether nothing may begin before `endsInMs`. */
  get isSpent(): boolean {
    const window = this.#current()
    return window !== undefined && window.left < 1
  }

  /** Milliseconds until what was said counts no longer. */
  get endsInMs(): number {
    return (this.#current()?.endsAtMs ?? this.#clock()) - this.#clock()
  }

  /** Counts one exchange that begins. */
  spend(): void {
    const window = this.#current()
    if (window !== undefined) window.left -= 1
  }

  #current(): Window | undefined {
    const window = this.#window
    // A clock that was set back must not make the window longer.
    const endsInMs = window === undefined ? 0 : window.endsAtMs - this.#clock()
    if (endsInMs <= 0 || endsInMs > MAX_HOLD_MS) this.#window = undefined
    return this.#window
  }

  #windowOf({ limit, remaining, resetAtMs, partitioned }: RateLimit): Window | undefined {
    if (remaining === undefined || partitioned === true) return undefined
    const now = this.#clock()
    const endsAtMs = Math.min(resetAtMs ?? now + UNKNOWN_WINDOW_MS, now + MAX_HOLD_MS)
    // Also where it is no number.
    if (!(endsAtMs > now)) return undefined
    const plenty = limit === undefined || limit < remaining ? this.#perSecond : limit / 2
    const perSecond = remaining < plenty ? (remaining * 1_000) / (endsAtMs - now) : undefined
    return { left: remaining, endsAtMs, perSecond }
  }
}
