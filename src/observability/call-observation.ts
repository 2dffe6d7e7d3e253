import type { OnBehalfOfError } from '../failures/errors.js'
import type { FailureReason } from '../failures/failure-reasons.js'
import {
  MAX_LISTED,
  type ApiCall,
  type CallDecision,
  type CallEnded,
  type CallOutcome,
  type ExchangeEnded,
  type ObservedCall,
  type ObservedPolicy,
  type ObservedRequest,
  type ObservedTool,
  type Observer,
} from './observer.js'
import type { CallSpan } from './tracing.js'

/** What is known of a call when it is read. */
export type CallRead = Pick<
  ObservedCall,
  'tool' | 'declared' | 'facts' | 'readFrom' | 'messageId' | 'argumentsSha256'
>

/** How a call ended. */
export interface CallEnd {
  readonly outcome: CallOutcome
  readonly reason?: FailureReason | undefined
  readonly httpStatus?: number | undefined
  readonly answerBytes?: number | undefined
}

/** One tool call while it goes on: gathers what happens to it, and tells the observer of its end, once. */
export class CallObservation implements ObservedCall {
  readonly request: ObservedRequest
  readonly tool: string
  readonly declared: boolean
  readonly facts: ObservedTool
  readonly readFrom: 'body' | 'header'
  readonly messageId: string | number | undefined
  readonly argumentsSha256: string | undefined
  readonly startedAtMs: number
  readonly exchanges: ExchangeEnded[] = []
  readonly apiCalls: ApiCall[] = []
  exchangeCount = 0
  apiCallCount = 0
  decision: CallDecision = 'undecided'
  missingScopes: readonly string[] = []
  policy: ObservedPolicy | undefined
  /** Whether a tool of ours runs: then its end is the end of the call, and not that of the request. */
  running = false
  /** Why the tool has no API, where it wants one. */
  withoutAccess: OnBehalfOfError | undefined
  /** `undefined` until the call has ended. */
  end: CallEnd | undefined
  /** Absent where nobody traces the call. */
  span: CallSpan | undefined

  constructor(request: ObservedRequest, read: CallRead) {
    this.request = request
    this.startedAtMs = request.startedAtMs
    this.tool = read.tool
    this.declared = read.declared
    this.facts = read.facts
    this.readFrom = read.readFrom
    this.messageId = read.messageId
    this.argumentsSha256 = read.argumentsSha256
  }

  get traceId(): string | undefined {
    return this.span?.traceId ?? this.request.traceId
  }

  exchanged(event: ExchangeEnded): void {
    this.exchangeCount += 1
    if (this.exchanges.length < MAX_LISTED) this.exchanges.push(event)
  }

  apiCallStarted(event: ApiCall): void {
    this.apiCallCount += 1
    if (this.apiCalls.length < MAX_LISTED) this.apiCalls.push(event)
  }

  /** Does nothing for a call that has ended. */
  ended(end: CallEnd, durationMs: number, observer: Observer): void {
    if (this.end !== undefined) return
    this.end = end
    const event: CallEnded = {
      call: this,
      outcome: end.outcome,
      reason: end.reason,
      httpStatus: end.httpStatus,
      answerBytes: end.answerBytes,
      durationMs,
    }
    observer.callEnded?.(event)
    this.span?.ended(event)
  }
}
