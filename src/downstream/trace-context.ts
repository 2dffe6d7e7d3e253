import type { TraceContextPolicy } from '../observability/trace-context-policy.js'
import { withoutUndefined } from '../options/without-undefined.js'

/** The headers that tie the spans of one call together (W3C Trace Context, Baggage). */
export interface TraceContext {
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
  readonly baggage?: string | undefined
}

// W3C Trace Context §3.2.2: version, trace-id, parent-id, flags; neither id all zero.
const TRACEPARENT = /^[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/
const PRINTABLE = /^[\x20-\x7E]{1,512}$/

/**
 * Reads the trace context of a request, to be passed on to the API.
 *
 * Without a well-formed `traceparent` there is none. The others are bounded and must be printable. Baggage is what an API may act
 * on, so it is the client's to send only where its trace is continued.
 */
export function traceContextOf(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  policy: TraceContextPolicy,
): TraceContext {
  const { traceparent, tracestate, baggage } = headers
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return {}
  return withoutUndefined({
    traceparent,
    tracestate: isPrintable(tracestate) ? tracestate : undefined,
    baggage: policy === 'continue' && isPrintable(baggage) ? baggage : undefined,
  })
}

function isPrintable(value: unknown): value is string {
  return typeof value === 'string' && PRINTABLE.test(value)
}
