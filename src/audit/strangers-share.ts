import type { CallOutcome } from '../observability/observer.js'
import type { Timers } from '../time/clock.js'
import { SERVER_NAME, VERSION } from '../version.js'
import type { CallsLeftOutRecord } from './audit-record-schema.js'

/** What bounds the records of strangers. */
export interface StrangersShareOptions {
  readonly timers: Timers
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Gets the record of those that were left out. */
  readonly write: (record: CallsLeftOutRecord) => void
  /** Records a minute, for each outcome. Default 60. */
  readonly perMinute?: number | undefined
}

const MINUTE_MS = 60_000

interface Counted {
  admitted: number
  leftOut: number
}

/**
 * Bounds the records of calls without a verified token: anybody can make such calls, as many as they like.
 *
 * Each outcome has a number of records a minute. The calls beyond have one record together, at the end of the minute, which says
 * how many they were.
 */
export class StrangersShare {
  readonly #options: StrangersShareOptions
  readonly #perMinute: number
  readonly #counted = new Map<CallOutcome, Counted>()
  #sinceMs = 0

  constructor(options: StrangersShareOptions) {
    this.#options = options
    this.#perMinute = options.perMinute ?? 60
  }

  /** Whether a call has a record of its own; else it is counted. `hasRoom`: whether a record would find a place. */
  admits(outcome: CallOutcome, hasRoom: boolean): boolean {
    if (this.#counted.size === 0) this.#begin()
    const counted = this.#counted.get(outcome) ?? { admitted: 0, leftOut: 0 }
    this.#counted.set(outcome, counted)
    const admitted = hasRoom && counted.admitted < this.#perMinute
    if (admitted) counted.admitted += 1
    else counted.leftOut += 1
    return admitted
  }

  /** Writes how many were left out since the last time. */
  end(): void {
    const counted = [...this.#counted]
    this.#counted.clear()
    const durationMs = Math.max(0, this.#options.clock() - this.#sinceMs)
    for (const [outcome, { leftOut: count }] of counted) {
      if (count === 0) continue
      this.#options.write({
        record: 'calls_left_out',
        recordVersion: 1,
        time: new Date(this.#sinceMs).toISOString(),
        service: SERVER_NAME,
        serviceVersion: VERSION,
        outcome,
        count,
        durationMs,
      })
    }
  }

  #begin(): void {
    const { clock, timers } = this.#options
    this.#sinceMs = clock()
    const sinceMs = this.#sinceMs
    timers.after(MINUTE_MS, () => {
      if (this.#sinceMs === sinceMs) this.end()
    })
  }
}
