import { describeError } from '../logging/describe-error.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import type { Timers } from '../time/clock.js'
import type { AuditRecord } from './audit-record-schema.js'
import type { AuditBatch, AuditSink } from './audit-sink.js'

export interface AuditQueueOptions {
  readonly sink: AuditSink
  readonly log: Logger
  readonly timers: Timers
  /** Keeps the process running while the queue closes. Default: `timers`. */
  readonly closingTimers?: Timers | undefined
  /** Records that wait, places kept free for calls under way included. Default 10000. */
  readonly maxRecords?: number | undefined
  /** Of the records that wait, as JSON. Default 16 MiB. */
  readonly maxBytes?: number | undefined
  /** Told of each record that is lost. */
  readonly onDropped?: (() => void) | undefined
}

const RETRY_MS = 1_000
/** A sink that hangs must not keep the process. */
const CLOSE_MS = 3_000
const BATCH_BYTES = 256 * 1024

/** Whose record it is. */
export type Place =
  /** A place was kept for it, by `reserve`. */
  | 'reserved'
  /** The same, of those that records of strangers may take. */
  | 'reserved_stranger'
  /** One of the common places. */
  | 'common'
  /** One of the few that records of strangers may take, so that they push out no other record. */
  | 'stranger'

/** Of the places, those that records of strangers may take. */
const STRANGERS_SHARE = 1 / 10

interface Waiting {
  readonly record: AuditRecord
  readonly line: string
  readonly place: Place
}

/** Records on their way to a sink: in order, none twice, and never more than fit into a bounded memory. */
export class AuditQueue {
  readonly #options: AuditQueueOptions
  readonly #maxRecords: number
  readonly #maxBytes: number
  readonly #waiting: Waiting[] = []
  #strangers = 0
  #waitingBytes = 0
  #reserved = 0
  #delivering: Promise<void> | undefined
  #unsent: AuditBatch | undefined
  /** Between a failed delivery and the next try. */
  #pausing = false
  /** From the first failed delivery to the next that succeeds. */
  #failing = false
  #dropped = 0
  #closed = false

  constructor(options: AuditQueueOptions) {
    this.#options = options
    this.#maxRecords = options.maxRecords ?? 10_000
    this.#maxBytes = options.maxBytes ?? 16 * 1024 * 1024
  }

  /** Whether a record that is written now is sure of a place: the last delivery did not fail, and there is room. */
  get accepts(): boolean {
    return !this.#failing && !this.#closed && this.#hasRoom(this.#reserved)
  }

  /** Keeps a place free for the record of a call that begins. */
  reserve(place: 'reserved' | 'reserved_stranger' = 'reserved'): void {
    this.#reserved += 1
    if (place === 'reserved_stranger') this.#strangers += 1
  }

  /** Whether a record of a stranger finds a place. */
  get acceptsStrangers(): boolean {
    return (
      this.#strangers < this.#maxRecords * STRANGERS_SHARE &&
      !this.#closed &&
      this.#hasRoom(this.#reserved)
    )
  }

  /** Puts a record into its place. Where there is none, it is lost. */
  write(record: AuditRecord, place: Place): void {
    const isReserved = place === 'reserved' || place === 'reserved_stranger'
    if (isReserved) this.#reserved -= 1
    // The memory may be used up by now: a call that ran has its record all the same. `accepts` bounds their number.
    const hasRoom = isReserved || this.#hasRoom(this.#reserved)
    if (this.#closed || !hasRoom) {
      if (place === 'reserved_stranger') this.#strangers -= 1
      this.#drop()
      return
    }
    const line = `${JSON.stringify(record)}\n`
    if (place === 'stranger') this.#strangers += 1
    this.#waiting.push({ record, line, place })
    this.#waitingBytes += line.length
    this.#deliver()
  }

  /** Hands over what waits, unless the sink fails; then closes it. What is left is dropped. */
  async close(): Promise<void> {
    await this.#deliveredInTime()
    this.#closed = true
    const left = this.#waiting.length + (this.#unsent?.records.length ?? 0)
    for (let at = 0; at < left; at += 1) this.#drop()
    this.#waiting.length = 0
    await this.#options.sink.close().catch(() => undefined)
  }

  async #delivered(): Promise<void> {
    while (!this.#pausing && (this.#delivering !== undefined || this.#waiting.length > 0)) {
      this.#deliver()
      await this.#delivering
    }
  }

  #deliveredInTime(): Promise<void> {
    const { timers, closingTimers = timers } = this.#options
    return new Promise((resolve) => {
      const patience = closingTimers.after(CLOSE_MS, resolve)
      void this.#delivered().then(() => {
        patience.cancel()
        resolve()
      })
    })
  }

  #hasRoom(reserved: number): boolean {
    const unsent = this.#unsent?.records.length ?? 0
    const records = this.#waiting.length + unsent + reserved
    return records < this.#maxRecords && this.#waitingBytes < this.#maxBytes
  }

  #deliver(): void {
    if (this.#pausing) return
    // In the next turn of the loop: the records of one turn go together.
    this.#delivering ??= Promise.resolve()
      .then(() => this.#deliverAll())
      .finally(() => {
        this.#delivering = undefined
        if (!this.#pausing && this.#waiting.length > 0) this.#deliver()
      })
  }

  async #deliverAll(): Promise<void> {
    for (let batch = this.#next(); batch !== undefined; batch = this.#next()) {
      try {
        await this.#options.sink.deliver(batch)
        this.#unsent = undefined
        this.#waitingBytes -= batch.lines.length
        this.#recovered()
      } catch (error) {
        this.#failed(error)
        return
      }
    }
  }

  /** The batch that was not handed over; else a new one. */
  #next(): AuditBatch | undefined {
    if (this.#unsent !== undefined) return this.#unsent
    if (this.#waiting.length === 0) return undefined
    let bytes = 0
    let count = 0
    for (const { line } of this.#waiting) {
      if (count > 0 && bytes + line.length > BATCH_BYTES) break
      bytes += line.length
      count += 1
    }
    const taken = this.#waiting.splice(0, count)
    this.#strangers -= taken.filter(({ place }) => place.endsWith('stranger')).length
    this.#unsent = {
      records: taken.map(({ record }) => record),
      lines: taken.map(({ line }) => line).join(''),
    }
    return this.#unsent
  }

  #failed(error: unknown): void {
    if (!this.#failing) {
      const err = describeError(error)
      logEvent(this.#options.log, 'error', { event: 'audit_sink_failed', err })
    }
    this.#failing = true
    this.#pausing = true
    this.#options.timers.after(RETRY_MS, () => {
      if (this.#closed) return
      this.#pausing = false
      this.#deliver()
    })
  }

  #recovered(): void {
    if (!this.#failing && this.#dropped === 0) return
    this.#failing = false
    const dropped = this.#dropped
    this.#dropped = 0
    logEvent(this.#options.log, 'warn', { event: 'audit_sink_recovered', dropped })
  }

  #drop(): void {
    this.#dropped += 1
    this.#options.onDropped?.()
    if (this.#dropped === 1) {
      const { log } = this.#options
      const hint =
        'records of tool calls are lost: see audit_sink_failed, and what the sink writes to'
      logEvent(log, 'error', { event: 'audit_records_dropped', security: true, hint })
    }
  }
}
