import { describeError } from '../logging/describe-error.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import type { Timers } from '../time/clock.js'
import { answerHint, saysNoWrites } from './redis-answers.js'

/** What `StoreRefusals` needs. */
export interface StoreRefusalsOptions {
  readonly log: Logger
  readonly timers: Timers
  /** Between two tries whether the store takes new values again, in milliseconds. */
  readonly probeMs: number
  /** Rejects while the store takes no new value, within its time limit. */
  readonly probeWrite: () => Promise<void>
  /** `isRefusing`, or why, is another. */
  readonly onChange: () => void
}

/** Between two lines about values that are not ours. */
const IGNORED_QUIET_MS = 60_000
/** In place of a reason that the server words in several ways. */
const NO_WRITES = 'no writes'

/** What a store that can be had does not do, and what in it is not ours. */
export class StoreRefusals {
  readonly #options: StoreRefusalsOptions
  /** What is refused, and why. */
  readonly #refused = new Map<string, string>()
  #asksForWrites: { cancel(): void } | undefined
  #ignoredQuiet: { cancel(): void } | undefined
  #closed = false

  constructor(options: StoreRefusalsOptions) {
    this.#options = options
  }

  /** Whether something is refused. */
  get isRefusing(): boolean {
    return this.#refused.size > 0
  }

  /** The store answers, and does not do what it was asked for. One line for each reason, however many operations meet it. */
  refused(operation: string, error: Error): void {
    const reason = reasonOf(error)
    if (this.#closed || this.#refused.get(operation) === reason) return
    const isTold = [...this.#refused.values()].includes(reason)
    this.#refused.set(operation, reason)
    if (isTold) return
    if (reason === NO_WRITES) this.#askForWritesLater()
    this.#options.onChange()
    logEvent(this.#options.log, 'warn', {
      event: 'store_refuses',
      err: describeError(error),
      hint: answerHint(error) ?? 'The store answers with an error: see what it says.',
    })
  }

  /**
   * The store has done this. Of a store that takes no new values that says nothing, since the same command may need none: it is asked in the
   * background.
   */
  accepted(operation: string): void {
    if (this.#refused.get(operation) !== NO_WRITES) this.#accepts(operation)
  }

  #accepts(...operations: readonly string[]): void {
    const before = this.#refused.size
    for (const operation of operations) this.#refused.delete(operation)
    if (before === this.#refused.size || this.#refused.size > 0) return
    this.#options.onChange()
    logEvent(this.#options.log, 'info', { event: 'store_accepts' })
  }

  #askForWritesLater(): void {
    this.#asksForWrites = this.#options.timers.after(this.#options.probeMs, () => {
      void this.#askForWrites()
    })
  }

  async #askForWrites(): Promise<void> {
    try {
      await this.#options.probeWrite()
    } catch {
      if (!this.#closed) this.#askForWritesLater()
      return
    }
    if (this.#closed) return
    const waiting = [...this.#refused].filter(([, reason]) => reason === NO_WRITES)
    this.#accepts(...waiting.map(([operation]) => operation))
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
    this.#asksForWrites?.cancel()
    this.#ignoredQuiet?.cancel()
  }
}

function reasonOf(error: Error): string {
  if (saysNoWrites(error)) return NO_WRITES
  // Without the script in which it was met.
  const [message = ''] = error.message.split(' script: ')
  return message.startsWith('NOPERM') ? message : (message.split(' ')[0] ?? '')
}
