import { describeError } from '../logging/describe-error.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import type { Timers } from '../time/clock.js'

/** What `StoreHealth` needs. */
export interface StoreHealthOptions {
  readonly log: Logger
  readonly timers: Timers
  /** Between two tries whether the store is back, in milliseconds. */
  readonly probeMs: number
  /** Rejects while the store cannot be had, within its time limit. */
  readonly probe: () => Promise<void>
  readonly observer: PipelineObserver | undefined
  /** The store can be had again. */
  readonly onBack: () => void
  /** The store could not be had for long: its connections may be dead without a sign of it. */
  readonly onLongGone: () => void
}

/** Between two tries while the client connects for the first time. */
const CONNECTING_MS = 25
/** For so long at the start, a store that cannot be had yet is no news: however often it is asked, a client has to connect first. */
const CONNECTS_WITHIN_MS = 1_000
/** More than a client takes to connect. By the clock: on a machine that is busy, each try takes longer. */
const LONG_GONE_MS = 10_000

/**
 * Whether a store can be had: a circuit breaker that one failure opens, and that is open until the client has connected. While it is
 * open nobody waits for the store, and it is asked in the background whether it is there. Each change is one log line.
 */
export class StoreHealth {
  readonly #options: StoreHealthOptions
  #available = false
  #refusing = false
  #closed = false
  #timer: { cancel(): void } | undefined
  #longGone: { cancel(): void } | undefined

  /** The time that is left to connect without a word. */
  #connectingMs = CONNECTS_WITHIN_MS

  constructor(options: StoreHealthOptions) {
    this.#options = options
  }

  /** Begins to ask whether the store is there. */
  begin(): void {
    this.#options.observer?.storeChanged?.({ available: false })
    this.#probeLater(CONNECTING_MS)
  }

  get isAvailable(): boolean {
    return this.#available && !this.#closed
  }

  /** The store has not answered, or cannot be reached. */
  lost(error: unknown): void {
    if (this.#closed || !this.#available) return
    this.#available = false
    this.#options.observer?.storeChanged?.({ available: false })
    this.#tellLost(error)
    this.#longGoneLater()
    this.#probeLater(this.#options.probeMs)
  }

  #tellLost(error: unknown): void {
    logEvent(this.#options.log, 'warn', {
      event: 'store_unavailable',
      err: describeError(error),
      hint: 'This instance goes on by itself until the store is back: STORE_URL names it.',
    })
  }

  /** The store answers, and does not do what it was asked for. */
  refused(error: unknown): void {
    if (this.#closed || this.#refusing) return
    this.#refusing = true
    logEvent(this.#options.log, 'warn', {
      event: 'store_refuses',
      err: describeError(error),
      hint: 'The store answers with an error, for instance because its memory is full: raise maxmemory, or see what fills it.',
    })
  }

  /** The store has done something that it can refuse. */
  accepted(): void {
    if (!this.#refusing) return
    this.#refusing = false
    logEvent(this.#options.log, 'info', { event: 'store_accepts' })
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    this.#longGone?.cancel()
  }

  #probeLater(waitMs: number): void {
    this.#timer = this.#options.timers.after(waitMs, () => {
      void this.#probe()
    })
  }

  async #probe(): Promise<void> {
    try {
      await this.#options.probe()
    } catch (error) {
      this.#notBack(error)
      return
    }
    if (this.#closed) return
    this.#connectingMs = 0
    this.#available = true
    this.#longGone?.cancel()
    this.#options.observer?.storeChanged?.({ available: true })
    logEvent(this.#options.log, 'info', { event: 'store_available' })
    this.#options.onBack()
  }

  #notBack(error: unknown): void {
    if (this.#closed) return
    if (this.#connectingMs <= 0) {
      this.#probeLater(this.#options.probeMs)
      return
    }
    this.#connectingMs -= CONNECTING_MS
    if (this.#connectingMs <= 0) {
      this.#tellLost(error)
      this.#longGoneLater()
    }
    this.#probeLater(CONNECTING_MS)
  }

  #longGoneLater(): void {
    this.#longGone = this.#options.timers.after(LONG_GONE_MS, () => {
      this.#longGoneLater()
      this.#options.onLongGone()
    })
  }
}
