import { describeError } from '../logging/describe-error.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import type { Timers } from '../time/clock.js'
import { answerHint } from './redis-answers.js'

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
/** Between two lines about values that are not ours. */
const IGNORED_QUIET_MS = 60_000

/**
 * Whether a store can be had: a circuit breaker that one failure opens, and that is open until the client has connected. While it is
 * open nobody waits for the store, and it is asked in the background whether it is there. Each change is one log line.
 */
export class StoreHealth {
  readonly #options: StoreHealthOptions
  #available = false
  /** What is refused, and why. */
  readonly #refused = new Map<string, string>()
  #isReasonTold = false
  #ignoredQuiet: { cancel(): void } | undefined
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
    this.#isReasonTold = answerHint(error) !== undefined
    this.#options.observer?.storeChanged?.({ available: false })
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

  /** The store answers, and does not do what it was asked for. One line for each reason, however many operations meet it. */
  refused(operation: string, error: Error): void {
    // Without the script in which it was met.
    const [message = ''] = error.message.split(' script: ')
    const reason = message.startsWith('NOPERM') ? message : (message.split(' ')[0] ?? '')
    if (this.#closed || this.#refused.get(operation) === reason) return
    const isTold = [...this.#refused.values()].includes(reason)
    this.#refused.set(operation, reason)
    if (isTold) return
    logEvent(this.#options.log, 'warn', {
      event: 'store_refuses',
      err: describeError(error),
      hint: answerHint(error) ?? 'The store answers with an error: see what it says.',
    })
  }

  /** The store has done it. */
  accepted(operation: string): void {
    if (!this.#refused.delete(operation) || this.#refused.size > 0) return
    logEvent(this.#options.log, 'info', { event: 'store_accepts' })
  }

  /** A value cannot be one of ours, and counts as absent. That is told once a minute. */
  ignored(problem: string): void {
    if (this.#closed || this.#ignoredQuiet !== undefined) return
    this.#ignoredQuiet = this.#options.timers.after(IGNORED_QUIET_MS, () => {
      this.#ignoredQuiet = undefined
    })
    logEvent(this.#options.log, 'warn', {
      event: 'store_value_ignored',
      problem,
      hint: 'Somebody else writes to the store under STORE_PREFIX: see who can, and give this deployment a user and a prefix of its own.',
    })
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    this.#longGone?.cancel()
    this.#ignoredQuiet?.cancel()
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
      this.#tellReason(error)
      this.#probeLater(this.#options.probeMs)
      return
    }
    this.#connectingMs -= CONNECTING_MS
    if (this.#connectingMs <= 0) {
      this.#isReasonTold = answerHint(error) !== undefined
      this.#tellLost(error)
      this.#longGoneLater()
    }
    this.#probeLater(CONNECTING_MS)
  }

  /** A connection that ends says less than what the server says to the next one, such as that a password is wrong. */
  #tellReason(error: unknown): void {
    if (this.#isReasonTold || answerHint(error) === undefined) return
    this.#isReasonTold = true
    this.#tellLost(error)
  }

  #longGoneLater(): void {
    this.#longGone = this.#options.timers.after(LONG_GONE_MS, () => {
      this.#longGoneLater()
      this.#options.onLongGone()
    })
  }
}
