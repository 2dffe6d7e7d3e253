import { Counter, Histogram } from 'prom-client'
import { createMetrics } from '../../src/metrics/create-metrics.js'

/** Every metric in one table: name, kind, labels, what it says. */
export function metrics(): string {
  const { registry, watchReadiness, close } = createMetrics()
  watchReadiness({ reasons: () => Promise.resolve([]) })
  close()
  const rows = registry.getMetricsAsArray().map((metric: unknown) => {
    const { name, help, labelNames } = metric as Described
    const labels = labelNames.map((label) => `\`${label}\``).join(', ')
    return `| \`${name}\` | ${kindOf(metric)} | ${labels} | ${help.replace(/\.$/, '')} |`
  })
  const head = ['| metric | kind | labels | what it says |', '| - | - | - | - |']
  return [...head, ...rows.sort()].join('\n')
}

function kindOf(metric: unknown): string {
  if (metric instanceof Histogram) return 'histogram'
  return metric instanceof Counter ? 'counter' : 'gauge'
}

/** What `prom-client` keeps of a metric and its types do not tell. */
interface Described {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
}
