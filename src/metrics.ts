/**
 * Metrics for Prometheus, by `prom-client`: `mcp-on-behalf-of/metrics`. Importing it starts nothing.
 *
 * @module mcp-on-behalf-of/metrics
 */

export { createMetrics, type Metrics, type MetricsOptions } from './metrics/create-metrics.js'
export type { MetricsObserver } from './metrics/metrics-observer.js'
