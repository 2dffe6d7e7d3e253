import {
  context,
  createContextKey,
  isSpanContextValid,
  propagation,
  SpanKind,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api'
import type { TraceContextPolicy } from '../observability/trace-context-policy.js'

/** Where instrumentations of HTTP servers keep the span of the request (`RPCMetadata` of `@opentelemetry/core`). */
const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

/**
 * The active context, with the span that an instrumentation of HTTP servers has made for this request; `undefined` where there is
 * none.
 *
 * A span that is active for another reason, such as that of the start of the process, is not this request's: every user would
 * share its trace.
 */
export function instrumentedContext(policy: TraceContextPolicy): Context | undefined {
  const active = context.active()
  const span = trace.getSpan(active)
  const made = spanOf(active.getValue(RPC_METADATA)) ?? (isServerSpan(span) ? span : undefined)
  if (made === undefined || !isSpanContextValid(made.spanContext())) return undefined
  const own = withoutBaggage(active, policy)
  // Below the server's span there may be others of this request.
  const isBelow = span?.spanContext().traceId === made.spanContext().traceId
  return isBelow ? own : trace.setSpan(own, made)
}

/** The active context without a span. */
export function spanlessContext(policy: TraceContextPolicy): Context {
  return trace.deleteSpan(withoutBaggage(context.active(), policy))
}

/** The baggage may be the client's, and would reach the APIs. */
function withoutBaggage(given: Context, policy: TraceContextPolicy): Context {
  return policy === 'continue' ? given : propagation.deleteBaggage(given)
}

function spanOf(metadata: unknown): Span | undefined {
  return (metadata as { readonly span?: Span } | undefined)?.span
}

/** Spans of the SDK have a kind, which the API does not tell of. */
function isServerSpan(span: Span | undefined): span is Span {
  const { kind } = (span ?? {}) as { readonly kind?: SpanKind }
  return span?.isRecording() === true && kind === SpanKind.SERVER
}
