import {
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  trace,
  type Context,
  type Link,
} from '@opentelemetry/api'
import type { TraceContextPolicy } from '../observability/trace-context-policy.js'

/** What a client said of its trace, as far as it counts. */
export interface ClientContext {
  /** Its span, as the parent of ours, and its baggage. */
  readonly parent?: Context
  readonly links: readonly Link[]
}

const NOTHING: ClientContext = { links: [] }
const PRINTABLE = /^[\x20-\x7E]{1,512}$/

/**
 * Reads the trace context out of headers, or out of the `_meta` of a message (SEP-414), by the propagators that are registered.
 *
 * Only their own fields are looked at, each of at most 512 printable characters. Where the client's trace is not continued, what
 * is left of it is a link with two ids and the flags.
 */
export function clientContext(given: unknown, policy: TraceContextPolicy): ClientContext {
  const extracted = propagation.extract(ROOT_CONTEXT, boundedFields(given))
  const remote = trace.getSpanContext(extracted)
  if (remote === undefined || !isSpanContextValid(remote)) return NOTHING
  if (policy === 'continue') return { parent: extracted, links: [] }
  const { traceId, spanId, traceFlags } = remote
  return { links: [{ context: { traceId, spanId, traceFlags } }] }
}

function boundedFields(given: unknown): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {}
  if (typeof given !== 'object' || given === null) return fields
  const values = given as Readonly<Record<string, unknown>>
  for (const name of propagation.fields()) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (typeof value === 'string' && PRINTABLE.test(value)) fields[name] = value
  }
  return fields
}
