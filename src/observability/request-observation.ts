import type { OnBehalfOfError } from '../failures/errors.js'
import { AnswerReader } from './answer-reader.js'
import { CallObservation, type CallEnd, type CallRead } from './call-observation.js'
import type {
  ApiCall,
  CallDecision,
  CallOutcome,
  ExchangeEnded,
  ObservedCaller,
  ObservedPolicy,
  ObservedRequest,
  ObservedTool,
  RequestEnded,
  TokenVerified,
} from './observer.js'
import type { BegunRequest, ObservationOptions, RequestEnd } from './observation-options.js'
import { observeDecision, type DecidedCall, type ObservedVerdict } from './observe-decision.js'
import type { OpenRequest } from './open-requests.js'
import { readCalls, type ReadMessages } from './read-calls.js'
import {
  within,
  type ApiCallSpan,
  type ExchangeSpan,
  type RequestSpan,
  type TraceSpan,
} from './tracing.js'

/**
 * One HTTP request to the MCP endpoint while it goes on. The one place where events are made: what happens is told to it, and it
 * tells the observer.
 */
export class RequestObservation implements ObservedRequest, OpenRequest {
  readonly requestId: string
  readonly traceId: string | undefined
  readonly method: string
  readonly startedAtMs: number
  caller: ObservedCaller | undefined
  mcpMethod: string | undefined
  readonly #options: ObservationOptions
  readonly #startMs: number
  #calls: readonly CallObservation[] | undefined
  #failure: OnBehalfOfError | undefined
  /** Whether public tools serve the request without a token. */
  #isAnonymous = false
  #answer: AnswerReader | undefined
  /** Whether the answer is over. Calls may still go on. */
  #over = false
  readonly #span: RequestSpan | undefined
  #verification: TraceSpan<TokenVerified> | undefined

  constructor(begun: BegunRequest, options: ObservationOptions) {
    this.requestId = begun.requestId
    this.method = begun.method
    this.#options = options
    this.startedAtMs = options.clock()
    this.#startMs = options.stopwatch()
    options.open.begin(this)
    this.#span = options.tracing?.requestStarted(this, begun.headers)
    this.traceId = this.#span?.traceId ?? begun.traceId
    options.observer.requestStarted?.(this)
  }

  /** Milliseconds of a clock that never steps: for the durations below. */
  now(): number {
    return this.#options.stopwatch()
  }

  /** Since the request came. */
  get elapsedMs(): number {
    return this.now() - this.#startMs
  }

  get calls(): readonly CallObservation[] {
    return this.#calls ?? []
  }

  /** Whether the request has a span: then its calls tell the APIs of their own. */
  get isTraced(): boolean {
    return this.#span !== undefined
  }

  /** Does the work within the request's span. */
  run<T>(work: () => T): T {
    return within(this.#span, work)
  }

  /** Does the work within the span of its call; within that of the request where it has none, or several. */
  runCalls<T>(work: () => T): T {
    return within((this.calls.length === 1 ? this.calls[0]?.span : undefined) ?? this.#span, work)
  }

  /** Does the work within the span of a check of the token, which `verified` ends. */
  runVerification<T>(verify: () => T): T {
    this.#verification = this.#span?.verificationStarted()
    return within(this.#verification, verify)
  }

  verified(event: Omit<TokenVerified, 'request'>, caller?: ObservedCaller): void {
    this.caller = caller
    const whole: TokenVerified = { request: this, ...event }
    this.#options.observer.tokenVerified?.(whole)
    this.#verification?.ended(whole)
  }

  /** Without a token, and let in all the same: its calls are recorded like those of users. */
  admitAnonymous(): void {
    this.#isAnonymous = true
  }

  /**
   * Reads the calls out of a parsed body. Throws the `OnBehalfOfError` of an observer that refuses them. `toolFacts`: those of the tools
   * that the request is served with; default: those of the present ones.
   */
  begin(messages: ReadMessages, toolFacts?: ObservationOptions['toolFacts']): void {
    this.#read(messages, toolFacts)
    for (const call of this.calls) this.#options.observer.callStarted?.(call)
  }

  /** Reads the answer to the calls, where their tools are not ours; `undefined` where that is not needed. */
  watchAnswer(): AnswerReader | undefined {
    if (this.#options.ownTools || this.calls.length === 0) return undefined
    this.#answer = new AnswerReader()
    return this.#answer
  }

  /** What was decided about the named tools. */
  decided(tools: readonly string[], decision: CallDecision, missing: readonly string[] = []): void {
    for (const call of this.calls) {
      if (!call.declared || !tools.includes(call.tool)) continue
      call.decision = decision
      call.missingScopes = missing
    }
  }

  /** The user agreed to this call. */
  confirmed(tool: string, messageId: string | number | undefined): void {
    const call = this.callOf(tool, messageId)
    if (call?.declared === true) call.decision = 'confirmed'
  }

  /** What a policy decided about this call. */
  policed(tool: string, messageId: string | number | undefined, verdict: ObservedPolicy): void {
    const call = this.callOf(tool, messageId)
    if (call === undefined) return
    call.policy = { kind: verdict.kind, reason: verdict.reason }
    if (verdict.kind === 'denied' || verdict.kind === 'unavailable') call.decision = 'denied'
  }

  /** Has a policy decide about this call, in a span of its own. */
  decides<Verdict extends ObservedVerdict>(
    of: DecidedCall,
    decide: () => Promise<Verdict>,
  ): Promise<Verdict> {
    const span = (this.callOf(of.tool, of.messageId)?.span ?? this.#span)?.decisionStarted(of)
    return observeDecision({ request: this, of, span, options: this.#options }, decide)
  }

  exchangeStarted(exchange: Pick<ExchangeEnded, 'tool' | 'api'>): ExchangeSpan | undefined {
    return (this.callOf(exchange.tool, undefined)?.span ?? this.#span)?.exchangeStarted(exchange)
  }

  /** An exchange serves all calls of its tool in the request. */
  exchanged(event: Omit<ExchangeEnded, 'request'>, span?: ExchangeSpan): void {
    const whole: ExchangeEnded = { request: this, ...event }
    for (const call of this.calls) if (call.tool === event.tool) call.exchanged(whole)
    this.#options.observer.exchangeEnded?.(whole)
    span?.ended(whole)
  }

  /** The tool cannot have its API: what its server makes of that may not be seen. */
  withoutAccess(tool: string, failure: OnBehalfOfError): void {
    for (const call of this.calls) if (call.tool === tool) call.withoutAccess = failure
  }

  /** `messageId` tells apart several calls of one tool in a batch. */
  apiCallStarted(event: ApiCall, messageId: string | number | undefined): ApiCallSpan | undefined {
    const call = this.callOf(event.tool, messageId)
    call?.apiCallStarted(event)
    this.#options.observer.apiCallStarted?.(event)
    return (call?.span ?? this.#span)?.apiCallStarted(event)
  }

  apiCallEnded(event: ApiCall): void {
    this.#options.observer.apiCallEnded?.(event)
  }

  /** Runs a tool of ours for this call, within its span. */
  runs<T>(tool: string, messageId: string | number | undefined, work: () => T): T {
    const call = this.callOf(tool, messageId)
    if (call === undefined) return this.run(work)
    call.running = true
    return within(call.span, work)
  }

  callEnded(tool: string, messageId: string | number | undefined, end: CallEnd): void {
    const call = this.callOf(tool, messageId)
    if (call !== undefined) this.#end(call, end)
  }

  /**
   * The request was refused as a whole, or its answer was replaced by a refusal. Gives what the log line of the refusal says of
   * the request.
   */
  failed(failure: OnBehalfOfError, messages: ReadMessages): Readonly<Record<string, unknown>> {
    this.#failure = failure
    this.#read(messages)
    return { ...this.#options.describe?.(this, this.calls), durationMs: this.elapsedMs }
  }

  /** The answer is over. Calls that go on without it end later. */
  ended({ status, sent, messages }: RequestEnd): void {
    this.#read(messages)
    for (const call of this.calls) {
      if (call.end !== undefined || (call.running && this.#failure === undefined)) continue
      const failure = this.#failure ?? call.withoutAccess
      this.#end(call, {
        outcome: failure?.code ?? this.#outcomeOf(call, status, sent),
        reason: failure?.details.reason,
        httpStatus: status,
      })
    }
    const failure = this.#failure
    const worst = this.calls.find(({ end }) => end !== undefined && !isFine(end.outcome))?.end
    const event: RequestEnded = {
      request: this,
      calls: this.calls,
      outcome: failure?.code ?? worst?.outcome ?? this.#requestOutcome(status, sent),
      reason: failure === undefined ? worst?.reason : failure.details.reason,
      status,
      refused: failure !== undefined,
      durationMs: this.elapsedMs,
    }
    this.#options.observer.requestEnded?.(event)
    this.#span?.ended(event)
    this.#over = true
    if (this.calls.some(({ end }) => end === undefined)) this.#options.open.linger(this)
    else this.#options.open.end(this)
  }

  /** The server stops, or has waited long enough. */
  abandon(): void {
    for (const call of this.calls) this.#end(call, { outcome: 'unfinished' })
  }

  callOf(tool: string, messageId: string | number | undefined): CallObservation | undefined {
    const ofTool = this.calls.filter((call) => call.tool === tool)
    return ofTool.find((call) => call.messageId === messageId) ?? ofTool[0]
  }

  #read(messages: ReadMessages, toolFacts = this.#options.toolFacts): void {
    if (this.#calls !== undefined) return
    const { digestOf } = this.#options
    const { mcpMethod, calls, readFrom } = readCalls(messages)
    // What a stranger sent costs nothing more.
    const isLetIn = this.caller !== undefined || this.#isAnonymous
    const digested = readFrom === 'body' && isLetIn
    this.mcpMethod = mcpMethod
    const traced = digested || readFrom === 'header'
    this.#calls = calls.map(({ tool, messageId, args, meta }) => {
      const facts = toolFacts(tool)
      const argumentsSha256 = digested ? digestOf?.(args) : undefined
      const read: CallRead = {
        ...{ tool, messageId, readFrom, argumentsSha256 },
        declared: facts !== undefined,
        facts: facts ?? NO_FACTS,
      }
      const call = new CallObservation(this, read)
      if (this.#isAnonymous && call.declared) call.decision = 'public'
      if (traced) call.span = this.#span?.callStarted(call, meta)
      return call
    })
  }

  #end(call: CallObservation, end: CallEnd): void {
    call.ended(end, this.elapsedMs, this.#options.observer)
    if (this.#over && this.calls.every((each) => each.end !== undefined))
      this.#options.open.end(this)
  }

  /** Of a call that has not reached a tool of ours. */
  #outcomeOf({ messageId }: CallObservation, status: number, sent: boolean): CallOutcome {
    if (!sent) return 'client_gone'
    if (this.#options.ownTools || status >= 400) return 'protocol_error'
    return this.#answer?.errorOf(messageId) ?? 'answered'
  }

  #requestOutcome(status: number, sent: boolean): CallOutcome {
    if (!sent) return 'client_gone'
    if (status >= 400) return 'protocol_error'
    return this.calls.length > 0 && !this.#options.ownTools ? 'answered' : 'ok'
  }
}

const NO_FACTS: ObservedTool = {}

function isFine(outcome: CallOutcome): boolean {
  return outcome === 'ok' || outcome === 'answered'
}
