import type { Writable } from 'node:stream'
import { z } from 'zod'
import { OnBehalfOfError } from '../failures/errors.js'
import type { Logger } from '../logging/logger.js'
import type { CallEnded, ObservedCall, Observer } from '../observability/observer.js'
import { optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { backgroundTimers, systemClock, systemTimers, type Timers } from '../time/clock.js'
import { AuditQueue, type Place } from './audit-queue.js'
import { auditRecord } from './audit-record.js'
import type { AuditRecord } from './audit-record-schema.js'
import type { AuditSink } from './audit-sink.js'
import { createFileSink } from './file-sink.js'
import { createFunctionSink } from './function-sink.js'
import type { Pseudonymize } from './pseudonym.js'
import { createStandardOutputSink } from './standard-output-sink.js'
import { createStreamSink } from './stream-sink.js'
import { StrangersShare } from './strangers-share.js'

/**
 * The audit: one record for each tool call, allowed or refused. `audit-record.schema.json` of the package describes it.
 *
 * Calls without a verified token have at most 60 records a minute for each outcome. Those beyond have one record together, with
 * their number. Where `required` is set, each call of a public tool without a token has its own.
 *
 * @category Observing
 */
export interface AuditOptions {
  /**
   * Where records go: the path of a file, to which JSON lines are appended; a stream, which gets JSON lines; or a function, which
   * gets one record after another. A function that throws or rejects gets the record again, a second later.
   */
  readonly sink: string | Writable | ((record: AuditRecord) => void | Promise<void>)
  /**
   * Whether calls are refused while the sink fails or is too slow (`audit_unavailable`), before anything runs. Default false:
   * calls go on, and what does not fit into memory (10,000 records, 16 MiB) is dropped, counted and logged.
   */
  readonly required?: boolean | undefined
  /**
   * Names users by pseudonyms that are made with this key, of 32 bytes or more, in place of subject and claims; also in the log
   * lines of requests. Default: records name users as their tokens do.
   */
  readonly pseudonymKey?: Uint8Array | undefined
}

const isStream = (value: unknown): value is Writable =>
  typeof (value as { write?: unknown } | null)?.write === 'function' &&
  typeof (value as { on?: unknown } | null)?.on === 'function'

/** The audit among the options of a factory. */
export const AUDIT_OPTION = optionsSchema<AuditOptions>({
  sink: z.custom<AuditOptions['sink']>(
    (value) =>
      typeof value === 'string' ? value !== '' : isStream(value) || typeof value === 'function',
    'must be the path of a file, a stream, or a function',
  ),
  required: optionValues.flag.optional(),
  pseudonymKey: z
    .instanceof(Uint8Array, { error: 'must be bytes' })
    .refine((key) => key.byteLength >= 32, 'must have 32 bytes or more')
    .optional(),
})

/** What the audit needs of its server. */
export interface AuditParts {
  readonly log: Logger
  /** Where `pseudonymKey` is given. */
  readonly pseudonymize: Pseudonymize | undefined
  /** Told of each record that is lost. */
  readonly onDropped?: (() => void) | undefined
  readonly timers?: Timers | undefined
}

/** An audit that runs. */
export interface Audit {
  readonly observer: Observer
  /** Hands over the records that wait, for three seconds at most. */
  readonly close: () => Promise<void>
}

/** Creates the audit. Throws the error of Node for a file that cannot be opened. */
export function createAudit(options: AuditOptions, parts: AuditParts): Audit {
  const { log, pseudonymize, onDropped, timers = backgroundTimers } = parts
  const queue = new AuditQueue({
    ...{ sink: sinkOf(options.sink), log, timers, onDropped },
    closingTimers: parts.timers ?? systemTimers,
  })
  const reserved = new WeakSet<ObservedCall>()
  const gate = createGate(() => queue.accepts)
  const strangersGate = createGate(() => queue.accepts && queue.acceptsStrangers)
  const strangers = new StrangersShare({
    timers,
    clock: systemClock,
    write: (record) => {
      queue.write(record, 'common')
    },
  })
  return {
    close: () => {
      strangers.end()
      return queue.close()
    },
    observer: {
      callStarted:
        options.required === true
          ? (call) => {
              const isStranger = call.request.caller === undefined
              if (isStranger) strangersGate()
              else gate()
              queue.reserve(isStranger ? 'reserved_stranger' : 'reserved')
              reserved.add(call)
            }
          : undefined,
      callEnded: (event) => {
        const { outcome } = event
        const place = placeOf(event, reserved)
        if (place === 'stranger' && !strangers.admits(outcome, queue.acceptsStrangers)) return
        queue.write(auditRecord(event, pseudonymize), place)
      },
    },
  }
}

/** A token that was signed out can be sent as often as none: its user is known, and is no reason for more records. */
function placeOf({ call, outcome }: CallEnded, reserved: WeakSet<ObservedCall>): Place {
  const isRefusedAtOnce = outcome === 'signed_out' && call.readFrom === 'header'
  const isStranger = call.request.caller === undefined || isRefusedAtOnce
  if (reserved.has(call)) return isStranger ? 'reserved_stranger' : 'reserved'
  return isStranger ? 'stranger' : 'common'
}

/** Throws `audit_unavailable` where a record would not be sure of its place. */
function createGate(accepts: () => boolean): () => void {
  let refusing = false
  return () => {
    const repeated = refusing
    refusing = !accepts()
    if (!refusing) return
    throw new OnBehalfOfError('audit_unavailable', { repeated, retryAfterSeconds: 1 })
  }
}

function sinkOf(sink: AuditOptions['sink']): AuditSink {
  if (sink === process.stdout) return createStandardOutputSink()
  if (typeof sink === 'string') return createFileSink(sink)
  return typeof sink === 'function' ? createFunctionSink(sink) : createStreamSink(sink)
}
