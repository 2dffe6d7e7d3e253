import { identifierForLog } from '../identity/identifier-for-log.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { RepeatedLines } from '../logging/repeated-lines.js'
import type { PipelineObserver, SignOutReceived } from '../observability/pipeline-observer.js'
import type { Clock } from '../time/clock.js'
import type { EventFault } from './event-fault.js'

export interface ReceivedEventsOptions {
  readonly source: SignOutReceived['source']
  readonly log: Logger
  readonly observer: PipelineObserver | undefined
  readonly clock: Clock
}

/** Tells log and metrics what came to an endpoint for sign-outs. */
export class ReceivedEvents {
  readonly #options: ReceivedEventsOptions
  readonly #lines: RepeatedLines

  constructor(options: ReceivedEventsOptions) {
    this.#options = options
    this.#lines = new RepeatedLines(options.clock)
  }

  count(outcome: SignOutReceived['outcome']): void {
    const { source, observer } = this.#options
    observer?.signOutReceived?.({ source, outcome })
  }

  refused(reason: EventFault, requestId: string): void {
    this.count(reason)
    const { log, source } = this.#options
    const { isRepeated, more } = this.#lines.note(`refused ${reason}`)
    const line = { source, reason, requestId, more, security: true }
    logEvent(log, levelOf(isRepeated), { event: 'sign_out_refused', ...line })
  }

  /** It was genuine, and says nothing that means something here. */
  ignored(kind: string, reason: string, requestId: string): void {
    this.count('ignored')
    const { log, source } = this.#options
    const { isRepeated, more } = this.#lines.note(`ignored ${reason}`)
    const line = { source, reason, kind: identifierForLog(kind), requestId, more }
    logEvent(log, levelOf(isRepeated), { event: 'sign_out_ignored', ...line })
  }
}

/** Anybody can send something. */
function levelOf(isRepeated: boolean): 'debug' | 'warn' {
  return isRepeated ? 'debug' : 'warn'
}
