import {
  isValidTraceId,
  propagation,
  SpanKind,
  trace,
  type Context,
  type Tracer,
} from '@opentelemetry/api'
import type {
  ApiCall,
  CallEnded,
  ExchangeEnded,
  ObservedCall,
  ObservedRequest,
  PolicyDecided,
  RequestEnded,
  TokenVerified,
} from '../observability/observer.js'
import type { TraceContextPolicy } from '../observability/trace-context-policy.js'
import type {
  ApiCallSpan,
  CallSpan,
  ExchangeSpan,
  ParentSpan,
  RequestHeaders,
  RequestSpan,
  Tracing,
  TraceSpan,
} from '../observability/tracing.js'
import { OtelApiCallSpan } from './api-call-span.js'
import { clientContext } from './client-context.js'
import { OtelSpan, runIn } from './otel-span.js'
import { registeredTracer } from './registered-tracer.js'
import { safely } from './safely.js'
import { instrumentedContext, spanlessContext } from './server-context.js'
import {
  callEnd,
  callStart,
  decisionEnd,
  decisionStart,
  exchangeEnd,
  exchangeStart,
  requestEnd,
  requestStart,
  verificationEnd,
} from './span-attributes.js'

/** What spans are made of, beside the events. */
export interface TracingOptions {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  readonly policy: TraceContextPolicy
  /** Where the APIs are, by the names under which they are configured. */
  readonly apis: Readonly<Record<string, { readonly baseUrl: URL }>>
  /** The MCP revisions that are told apart. */
  readonly protocolVersions: readonly string[]
}

/**
 * Makes spans by the OpenTelemetry API, for the SDK that is registered with it; it makes none where there is no SDK.
 *
 * No span names a user or a client. What fails in the SDK ends no call, and is a warning of the process.
 */
export function createTracing(options: TracingOptions): Tracing {
  const protocolVersions = new Set(options.protocolVersions)
  return {
    isOn: () => safely(registeredTracer) !== undefined,
    requestStarted: (request, headers) =>
      safely(() => {
        const tracer = registeredTracer()
        if (tracer === undefined) return undefined
        const { 'mcp-protocol-version': version } = headers
        const isKnown = typeof version === 'string' && protocolVersions.has(version)
        const known = { ...options, tracer, protocolVersion: isKnown ? version : undefined }
        const place = requestPlace(request, headers, known)
        const shared = { ...known, request: place.context }
        const { traceId } = place
        return isValidTraceId(traceId) ? new TracedRequest(place, shared) : undefined
      }),
  }
}

interface Shared extends TracingOptions {
  readonly tracer: Tracer
  readonly protocolVersion: string | undefined
  /** The context of the HTTP request. */
  readonly request: Context
}

/** A span, and the context in which it is the active one. */
interface Place<Ended> extends TraceSpan<Ended> {
  readonly context: Context
}

/** The span of the HTTP request: that of an instrumentation, or one of ours. */
function requestPlace(
  request: ObservedRequest,
  headers: RequestHeaders,
  { tracer, policy, endpoint, protocolVersion }: Omit<Shared, 'request'>,
): Place<RequestEnded> {
  const instrumented = instrumentedContext(policy)
  if (instrumented !== undefined) return placeOfOthers(instrumented)
  const { parent, links } = clientContext(headers, policy)
  const own = spanlessContext(policy)
  const at = { tracer, links, kind: SpanKind.SERVER, parent: childOf(parent, own) }
  return new OtelSpan(requestStart(request, endpoint, protocolVersion), at, requestEnd)
}

/** Whoever has made the span ends it. */
function placeOfOthers<Ended>(at: Context): Place<Ended> {
  return {
    context: at,
    traceId: trace.getSpanContext(at)?.traceId ?? '',
    run: (work) => runIn(at, work),
    ended: () => undefined,
  }
}

/** The context with the span and the baggage of the client. */
function childOf(client: Context | undefined, own: Context): Context {
  const span = client && trace.getSpan(client)
  if (client === undefined || span === undefined) return own
  const baggage = propagation.getBaggage(client)
  const below = trace.setSpan(own, span)
  return baggage === undefined ? below : propagation.setBaggage(below, baggage)
}

class TracedParent<Ended> implements ParentSpan<Ended> {
  protected readonly place: Place<Ended>
  protected readonly shared: Shared
  readonly #open = new Set<OtelApiCallSpan>()

  constructor(place: Place<Ended>, shared: Shared) {
    this.place = place
    this.shared = shared
  }

  get traceId(): string {
    return this.place.traceId
  }

  run<T>(work: () => T): T {
    return this.place.run(work)
  }

  ended(event: Ended): void {
    for (const apiCall of this.#open) apiCall.left()
    this.place.ended(event)
  }

  decisionStarted(decision: Pick<PolicyDecided, 'decider'>): TraceSpan<PolicyDecided> | undefined {
    const at = { ...this.below, kind: SpanKind.INTERNAL }
    return safely(() => new OtelSpan(decisionStart(decision), at, decisionEnd))
  }

  exchangeStarted(exchange: Pick<ExchangeEnded, 'tool' | 'api'>): ExchangeSpan | undefined {
    const at = { ...this.below, kind: SpanKind.INTERNAL }
    return safely(() => new OtelExchangeSpan(exchangeStart(exchange), at, exchangeEnd))
  }

  apiCallStarted(apiCall: ApiCall): ApiCallSpan | undefined {
    const { apis, request } = this.shared
    const at = { ...this.below, request, baseUrl: apis[apiCall.api]?.baseUrl, open: this.#open }
    return safely(() => new OtelApiCallSpan(apiCall, at))
  }

  protected get below(): { readonly tracer: Tracer; readonly parent: Context } {
    return { tracer: this.shared.tracer, parent: this.place.context }
  }
}

class TracedRequest extends TracedParent<RequestEnded> implements RequestSpan {
  verificationStarted(): TraceSpan<TokenVerified> | undefined {
    const at = { ...this.below, kind: SpanKind.INTERNAL }
    const start = { name: 'verify token', attributes: {} }
    return safely(() => new OtelSpan(start, at, verificationEnd))
  }

  /** What a client says in the message wins over the headers: these are of its HTTP request (semantic conventions for MCP). */
  callStarted(call: ObservedCall, meta: unknown): CallSpan | undefined {
    const { tracer, policy, protocolVersion } = this.shared
    return safely(() => {
      const { parent, links } = clientContext(meta, policy)
      const own = this.place.context
      const ambient = trace.getSpanContext(own)
      const both = parent === undefined || ambient === undefined ? links : [{ context: ambient }]
      const at = { tracer, kind: SpanKind.SERVER, links: both, parent: childOf(parent, own) }
      return new TracedParent(
        new OtelSpan(callStart(call, protocolVersion), at, callEnd),
        this.shared,
      ) satisfies ParentSpan<CallEnded>
    })
  }
}

class OtelExchangeSpan extends OtelSpan<ExchangeEnded> implements ExchangeSpan {
  joined(other: ExchangeSpan): void {
    if (!(other instanceof OtelExchangeSpan)) return
    safely(() => this.span.addLink({ context: other.span.spanContext() }))
  }
}
