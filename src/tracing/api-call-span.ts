import {
  context,
  createContextKey,
  propagation,
  SpanKind,
  trace,
  type Context,
} from '@opentelemetry/api'
import type { ApiCall } from '../observability/observer.js'
import type { ApiCallSpan } from '../observability/tracing.js'
import { OtelSpan, runIn, type SpanPlace } from './otel-span.js'
import { safely } from './safely.js'
import { apiCallEnd, apiCallStart } from './span-attributes.js'

/** What keeps the SDK from making spans (`suppressTracing` of `@opentelemetry/core`). */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Where a request to an API begins. */
export interface ApiCallPlace extends Omit<SpanPlace, 'kind'> {
  readonly baseUrl: URL | undefined
  /** The context of the HTTP request. */
  readonly request: Context
  /** The requests of the same call that have not ended. */
  readonly open: Set<OtelApiCallSpan>
}

/** A request to an API. Instrumentations of HTTP clients make no second span for it, and add no headers. */
export class OtelApiCallSpan extends OtelSpan<ApiCall> implements ApiCallSpan {
  readonly headers: Readonly<Record<string, string>>
  readonly #apiCall: ApiCall
  readonly #open: Set<OtelApiCallSpan>
  #over = false

  constructor(apiCall: ApiCall, { baseUrl, open, request, ...place }: ApiCallPlace) {
    const parent = handlersContext(place.parent, request)
    const start = apiCallStart(apiCall, baseUrl)
    super(start, { ...place, parent, kind: SpanKind.CLIENT }, apiCallEnd)
    this.#apiCall = apiCall
    this.#open = open
    open.add(this)
    const headers: Record<string, string> = {}
    safely(() => {
      propagation.inject(this.context, headers)
    })
    this.headers = headers
  }

  /** Does nothing when called again. */
  override ended(apiCall: ApiCall): void {
    if (this.#over) return
    this.#over = true
    this.#open.delete(this)
    super.ended(apiCall)
  }

  /** The call of the tool is over: an answer that nobody has read to its end will not be read any more. */
  left(): void {
    this.ended(this.#apiCall)
  }

  override run<T>(work: () => T): T {
    return runIn(this.context.setValue(SUPPRESS_TRACING, true), work)
  }
}

/** The active context, where a handler has made spans of its own; never one of another trace, nor that of the request itself. */
function handlersContext(ofCall: Context, request: Context): Context {
  const active = context.active()
  const span = trace.getSpan(active)
  if (span === trace.getSpan(request)) return ofCall
  const { traceId } = trace.getSpanContext(ofCall) ?? {}
  return span?.spanContext().traceId === traceId ? active : ofCall
}
