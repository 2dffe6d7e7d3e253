import {
  context,
  SpanStatusCode,
  trace,
  type Context,
  type Link,
  type Span,
  type SpanKind,
  type Tracer,
} from '@opentelemetry/api'
import { withoutUndefined } from '../options/without-undefined.js'
import type { TraceSpan } from '../observability/tracing.js'
import { safely } from './safely.js'
import type { SpanEnd, SpanStart } from './span-attributes.js'

/** Where a span begins. */
export interface SpanPlace {
  readonly tracer: Tracer
  readonly parent: Context
  readonly kind: SpanKind
  readonly links?: readonly Link[] | undefined
}

/** A span of the SDK, with the context in which it is the active one. */
export class OtelSpan<Ended> implements TraceSpan<Ended> {
  readonly span: Span
  readonly context: Context
  readonly traceId: string
  readonly #endOf: (event: Ended) => SpanEnd

  constructor(
    start: SpanStart,
    { tracer, parent, kind, links = [] }: SpanPlace,
    endOf: EndOf<Ended>,
  ) {
    const attributes = withoutUndefined(start.attributes)
    this.span = tracer.startSpan(start.name, { kind, attributes, links: [...links] }, parent)
    this.context = trace.setSpan(parent, this.span)
    this.traceId = this.span.spanContext().traceId
    this.#endOf = endOf
  }

  run<T>(work: () => T): T {
    return runIn(this.context, work)
  }

  ended(event: Ended): void {
    safely(() => {
      if (this.span.isRecording()) {
        const { attributes, isError } = this.#endOf(event)
        this.span.setAttributes(withoutUndefined(attributes))
        if (isError) this.span.setStatus({ code: SpanStatusCode.ERROR })
      }
      this.span.end()
    })
  }
}

/** What is said of a span at its end. */
export type EndOf<Ended> = (event: Ended) => SpanEnd

/** Does the work once, in the context if that can be had. */
export function runIn<T>(where: Context, work: () => T): T {
  let done: { readonly result: T } | { readonly thrown: unknown } | undefined
  safely(() => {
    context.with(where, () => {
      try {
        done = { result: work() }
      } catch (thrown) {
        done = { thrown }
      }
    })
  })
  if (done === undefined) return work()
  if ('thrown' in done) throw done.thrown
  return done.result
}
