import type {
  ApiCall,
  CallEnded,
  ExchangeEnded,
  ObservedCall,
  ObservedRequest,
  PolicyDecided,
  RequestEnded,
  TokenVerified,
} from './observer.js'

/** One span of a trace, from its creation to `ended`. No member throws, and none changes what the work does. */
export interface TraceSpan<Ended> {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** Does the work with this span as the active one, so that spans that are made in it are its children. */
  run<T>(work: () => T): T
  /** Ends the span, with what is known now. */
  ended(event: Ended): void
}

/** The span of one token exchange. */
export interface ExchangeSpan extends TraceSpan<ExchangeEnded> {
  /** The token comes from an exchange that another call has begun. */
  joined(other: ExchangeSpan): void
}

/** The span of one request to an API. */
export interface ApiCallSpan extends TraceSpan<ApiCall> {
  /** The headers that tell the API of this span. */
  readonly headers: Readonly<Record<string, string>>
}

/** A span in which a policy decides, tokens are exchanged and APIs are called. */
export interface ParentSpan<Ended> extends TraceSpan<Ended> {
  decisionStarted(decision: Pick<PolicyDecided, 'decider'>): TraceSpan<PolicyDecided> | undefined
  exchangeStarted(exchange: Pick<ExchangeEnded, 'tool' | 'api'>): ExchangeSpan | undefined
  apiCallStarted(apiCall: ApiCall): ApiCallSpan | undefined
}

/** The span of one tool call. */
export type CallSpan = ParentSpan<CallEnded>

/** The span of one HTTP request to the MCP endpoint. */
export interface RequestSpan extends ParentSpan<RequestEnded> {
  verificationStarted(): TraceSpan<TokenVerified> | undefined
  /** `meta` is the `_meta` of the call's `params`, as sent. */
  callStarted(call: ObservedCall, meta: unknown): CallSpan | undefined
}

/** The headers of a request, as Node gives them. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** Makes spans of what happens to requests. They are made where it happens, since work has to be done within them. */
export interface Tracing {
  /** Whether anybody takes spans. Asked for each request. */
  readonly isOn: () => boolean
  /** `undefined` where nobody takes spans. */
  readonly requestStarted: (
    request: ObservedRequest,
    headers: RequestHeaders,
  ) => RequestSpan | undefined
}

/** Does the work within a span, where there is one. */
export function within<T>(span: TraceSpan<never> | undefined, work: () => T): T {
  return span === undefined ? work() : span.run(work)
}
