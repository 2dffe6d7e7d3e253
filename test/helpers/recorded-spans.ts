import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import {
  NodeTracerProvider,
  type ReadableSpan,
  type Sampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { onTestFinished } from 'vitest'
import { keepForScan } from './leak-scan.js'

/** The spans that the OpenTelemetry SDK is given, in the order in which they begin; the scan at the end of the file looks at them. */
export class RecordedSpans implements SpanProcessor {
  readonly #begun: ReadableSpan[] = []
  readonly #waiting = new Set<() => void>()

  onStart(span: unknown): void {
    this.#begun.push(span as ReadableSpan)
  }

  onEnd(span: ReadableSpan): void {
    const { name, attributes, events, status } = span
    const links = span.links.map(({ context: linked }) => ({
      ...linked,
      traceState: linked.traceState?.serialize(),
    }))
    const traceState = span.spanContext().traceState?.serialize()
    keepForScan('span', JSON.stringify({ name, attributes, events, status, links, traceState }))
    for (const look of this.#waiting) look()
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }

  /** All that have ended. */
  get ended(): readonly ReadableSpan[] {
    return this.#begun.filter((span) => span.ended)
  }

  named(name: string): readonly ReadableSpan[] {
    return this.ended.filter((span) => span.name === name)
  }

  /** Resolves with the first spans of a name, once so many of them have ended. */
  async several(name: string, count: number): Promise<readonly ReadableSpan[]> {
    return this.#until(() => {
      const named = this.named(name)
      return named.length < count ? undefined : named.slice(0, count)
    })
  }

  /** Resolves with the outermost span of a trace, once it has ended. */
  async root(traceId: string): Promise<ReadableSpan> {
    const find = () =>
      this.ended.find(
        (span) => span.spanContext().traceId === traceId && span.parentSpanContext === undefined,
      )
    return this.#until(find)
  }

  #until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = find()
        if (found === undefined) return
        this.#waiting.delete(look)
        resolve(found)
      }
      this.#waiting.add(look)
      look()
    })
  }

  /** Resolves with the only span of a name, once it has ended. */
  async one(name: string): Promise<ReadableSpan> {
    const [span] = await this.several(name, 1)
    const { length } = this.named(name)
    if (span === undefined || length > 1) throw new Error(`${String(length)} spans ${name}`)
    return span
  }

  /** The spans of a trace, as indented lines of kinds and names. */
  tree(traceId: string): readonly string[] {
    const all = this.ended.filter((span) => span.spanContext().traceId === traceId)
    const ids = new Set(all.map((span) => span.spanContext().spanId))
    const below = (parent: string | undefined, indent: string): readonly string[] =>
      all
        .filter(({ parentSpanContext: { spanId = '' } = {} }) =>
          parent === undefined ? !ids.has(spanId) : spanId === parent,
        )
        .flatMap((span) => [
          `${indent}${SpanKind[span.kind]} ${span.name}`,
          ...below(span.spanContext().spanId, `${indent}  `),
        ])
    return below(undefined, '')
  }
}

/** Registers the SDK until the end of the present test. */
export function recordSpans(sampler?: Sampler): RecordedSpans {
  const spans = new RecordedSpans()
  const provider = new NodeTracerProvider({
    spanProcessors: [spans],
    ...(sampler === undefined ? {} : { sampler }),
  })
  provider.register()
  onTestFinished(async () => {
    trace.disable()
    context.disable()
    propagation.disable()
    await provider.shutdown()
  })
  return spans
}
