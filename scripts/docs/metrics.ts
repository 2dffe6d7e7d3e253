import type { Metric } from 'prom-client'
import { createMetrics } from '../../src/metrics/create-metrics.js'

/** Every metric in one table: name, kind, labels, what it says. */
export function metrics(): string {
  const { registry, watchReadiness, close } = createMetrics()
  watchReadiness({ reasons: () => Promise.resolve([]) })
  close()
  const rows = registry.getMetricsAsArray().map((metric) => {
    const { name, help, type, labelNames } = metric as unknown as Described
    const labels = labelNames.map((label) => `\`${label}\``).join(', ')
    return `| \`${name}\` | ${type ?? KINDS[(metric as Metric).constructor.name] ?? ''} | ${labels} | ${help} |`
  })
  return ['| metric | kind | labels | what it says |', '| - | - | - | - |', ...rows.sort()].join(
    '\n',
  )
}

/** What `prom-client` keeps of a metric and its types do not tell. */
interface Described {
  readonly name: string
  readonly help: string
  readonly type?: string | undefined
  readonly labelNames: readonly string[]
}

const KINDS: Readonly<Record<string, string>> = {
  Counter: 'counter',
  Gauge: 'gauge',
  Histogram: 'histogram',
}
