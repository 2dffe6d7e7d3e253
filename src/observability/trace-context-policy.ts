export const TRACE_CONTEXT_POLICIES = ['link', 'continue'] as const

/**
 * What becomes of the trace context that clients send. `link`: spans of this server begin a trace of their own, with a link to the
 * client's span, and the client's baggage goes no further. `continue`: spans of this server belong to the client's trace, whose
 * sampling they follow, and its baggage reaches the APIs.
 */
export type TraceContextPolicy = (typeof TRACE_CONTEXT_POLICIES)[number]

export const DEFAULT_TRACE_CONTEXT: TraceContextPolicy = 'link'
