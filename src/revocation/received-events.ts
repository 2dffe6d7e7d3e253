import { identifierForLog } from '../identity/identifier-for-log.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import type { PipelineObserver, SignOutReceived } from '../observability/pipeline-observer.js'
import type { Clock } from '../time/clock.js'
import type { EventFault } from './event-fault.js'

export interface ReceivedEventsOptions {
  readonly source: SignOutReceived['source']
  readonly log: Logger
  readonly observer: PipelineObserver | undefined
  readonly clock: Clock
}

/** The same is logged once in this time, however often it comes: anybody can send something. */
const ONCE_IN_MS = 60_000

/** Tells log and metrics what came to an endpoint for sign-outs. */
export class ReceivedEvents {
  readonly #options: ReceivedEventsOptions
  readonly #lines = new Map<string, { readonly atMs: number; readonly untold: number }>()

  constructor(options: ReceivedEventsOptions) {
    this.#options = options
  }

  count(outcome: SignOutReceived['outcome']): void {
    const { source, observer } = this.#options
    observer?.signOutReceived?.({ source, outcome })
  }

  refused(reason: EventFault, requestId: string): void {
    this.count(reason)
    const { log, source } = this.#options
    const { level, more } = this.#told(`refused ${reason}`)
    const line = { source, reason, requestId, more, security: true }
    logEvent(log, level, { event: 'sign_out_refused', ...line })
  }

  /** It was genuine, and says nothing that means something here. */
  ignored(kind: string, reason: string, requestId: string): void {
    this.count('ignored')
    const { log, source } = this.#options
    const { level, more } = this.#told(`ignored ${reason}`)
    const line = { source, reason, kind: identifierForLog(kind), requestId, more }
    logEvent(log, level, { event: 'sign_out_ignored', ...line })
  }

  /** How loud a line is, and how many of its kind came since the last that was as loud. */
  #told(key: string): { readonly level: 'debug' | 'warn'; readonly more: number | undefined } {
    const now = this.#options.clock()
    const { atMs = -Infinity, untold = 0 } = this.#lines.get(key) ?? {}
    const isRepeated = now - atMs < ONCE_IN_MS
    this.#lines.set(key, isRepeated ? { atMs, untold: untold + 1 } : { atMs: now, untold: 0 })
    const more = isRepeated || untold === 0 ? undefined : untold
    return { level: isRepeated ? 'debug' : 'warn', more }
  }
}
