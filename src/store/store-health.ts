import { describeError } from '../logging/describe-error.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import type { Timers } from '../time/clock.js'
import { answerHint, needsRemedy } from './redis-answers.js'
import { StoreRefusals } from './store-refusals.js'

/** What `StoreHealth` needs. */
export interface StoreHealthOptions {
  readonly log: Logger
  readonly timers: Timers
  /** Between two tries whether the store is back, in milliseconds. */
  readonly probeMs: number
  /** Rejects while the store cannot be had, within its time limit. */
  readonly probe: () => Promise<void>
  /** Rejects while the store takes no new value, within its time limit. */
  readonly probeWrite: () => Promise<void>
  readonly observer: PipelineObserver | undefined
  /** The store can be had again. */
  readonly onBack: () => void
  /** The store could not be had for long: its connections may be dead without a sign of it. */
  readonly onLongGone: () => void
}

/** Between two tries while the client connects for the first time. */
const CONNECTING_MS = 25
/** For so long at the start, a store that cannot be had yet is no news: a client has to connect first. */
const CONNECTS_WITHIN_MS = 1_000
/** More than a client takes to connect. By the clock: on a machine that is busy, each try takes longer. */
const LONG_GONE_MS = 10_000

/** How much an error says of why the store cannot be had: nothing, what the connection met, or what an operator has to change. */
const REASON = { unknown: 0, connection: 1, remedy: 2 } as const
type Reason = (typeof REASON)[keyof typeof REASON]

function reasonIn(error: unknown): Reason {
  if (needsRemedy(error)) return REASON.remedy
  return error instanceof Error && error.cause !== undefined ? REASON.connection : REASON.unknown
}

/**
 * Whether a store can be had: a circuit breaker that one failure opens, and that is open until the client has connected. While it is
 * open nobody waits for the store, and it is asked in the background whether it is there. Each change is one log line.
 */
export class StoreHealth {
  /** What it refuses while it can be had. */
  readonly refusals: StoreRefusals
  readonly #options: StoreHealthOptions
  #available = false
  /** How much of the reason why the store cannot be had was told. */
  #told: Reason = REASON.unknown
  #closed = false
  #timer: { cancel(): void } | undefined
  #longGone: { cancel(): void } | undefined

  /** Until a store that cannot be had is news. */
  #connecting: { cancel(): void } | undefined
  /** Of the last try. */
  #failure: unknown = new Error('the store has not answered yet')

  constructor(options: StoreHealthOptions) {
    const { log, timers, probeMs, probeWrite } = options
    this.#options = options
    const onChange = (): void => {
      this.#tellState()
    }
    this.refusals = new StoreRefusals({ log, timers, probeMs, probeWrite, onChange })
  }

  /** Begins to ask whether the store is there. */
  begin(): void {
    this.#tellState()
    this.#connecting = this.#options.timers.after(CONNECTS_WITHIN_MS, () => {
      this.#connecting = undefined
      this.#told = reasonIn(this.#failure)
      this.#tellLost(this.#failure)
      this.#longGoneLater()
    })
    this.#probeLater(CONNECTING_MS)
  }

  get isAvailable(): boolean {
    return this.#available && !this.#closed
  }

  /** The store has not answered, or cannot be reached. */
  lost(error: unknown): void {
    if (this.#closed || !this.#available) return
    this.#available = false
    // That nobody listens there any more follows from what has just happened: no news.
    this.#told = reasonIn(error) === REASON.remedy ? REASON.remedy : REASON.connection
    this.#tellState()
    this.#tellLost(error)
    this.#longGoneLater()
    this.#probeLater(this.#options.probeMs)
  }

  #tellLost(error: unknown): void {
    const reason = answerHint(error) ?? 'STORE_URL names it.'
    logEvent(this.#options.log, 'warn', {
      event: 'store_unavailable',
      err: describeError(error),
      hint: ['This instance goes on by itself until the store is back.', reason].join(' '),
    })
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    this.#longGone?.cancel()
    this.#connecting?.cancel()
    this.refusals.close()
  }

  #tellState(): void {
    const state = { available: this.#available, refuses: this.refusals.isRefusing }
    this.#options.observer?.storeChanged?.(state)
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
    this.#connecting?.cancel()
    this.#connecting = undefined
    this.#available = true
    this.#longGone?.cancel()
    this.#tellState()
    logEvent(this.#options.log, 'info', { event: 'store_available' })
    this.#options.onBack()
  }

  #notBack(error: unknown): void {
    if (this.#closed) return
    this.#failure = error
    if (this.#connecting !== undefined) {
      this.#probeLater(CONNECTING_MS)
      return
    }
    // A connection that ends says less than what the server says to the next one, such as that a password is wrong.
    if (reasonIn(error) > this.#told) {
      this.#told = reasonIn(error)
      this.#tellLost(error)
    }
    this.#probeLater(this.#options.probeMs)
  }

  #longGoneLater(): void {
    this.#longGone = this.#options.timers.after(LONG_GONE_MS, () => {
      this.#longGoneLater()
      this.#options.onLongGone()
    })
  }
}
