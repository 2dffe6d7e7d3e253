import { identifierForLog } from '../identity/identifier-for-log.js'
import { logEvent } from '../logging/log-event.js'
import type { LoggedEvent, Logger } from '../logging/logger.js'
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
  readonly #toldAtMs = new Map<string, number>()
  readonly #untold = new Map<string, number>()

  constructor(options: ReceivedEventsOptions) {
    this.#options = options
  }

  count(outcome: SignOutReceived['outcome']): void {
    const { source, observer } = this.#options
    observer?.signOutReceived?.({ source, outcome })
  }

  refused(reason: EventFault, requestId: string): void {
    this.count(reason)
    this.#tell({ event: 'sign_out_refused', reason, security: true, requestId })
  }

  /** It was genuine, and says nothing that means something here. */
  ignored(kind: string, why: string, requestId: string): void {
    this.count('ignored')
    const named = identifierForLog(kind)
    this.#tell({ event: 'sign_out_ignored', reason: why, kind: named, requestId })
  }

  #tell(line: LoggedEvent & { readonly reason: string }): void {
    const { source, log, clock } = this.#options
    const key = `${line.event} ${line.reason}`
    const now = clock()
    const atMs = this.#toldAtMs.get(key)
    const isRepeated = atMs !== undefined && now - atMs < ONCE_IN_MS
    const untold = this.#untold.get(key) ?? 0
    if (!isRepeated) this.#toldAtMs.set(key, now)
    this.#untold.set(key, isRepeated ? untold + 1 : 0)
    const more = untold === 0 || isRepeated ? undefined : untold
    logEvent(log, isRepeated ? 'debug' : 'warn', { ...line, source, more })
  }
}
