import type { CompleteSettings } from './settings.js'

/** Where metrics are served. */
export interface MetricsConfig {
  readonly host: string
  readonly port: number
}

/** Where the settings want metrics served; `undefined`: nowhere. */
export function metricsOf({
  METRICS_PORT,
  METRICS_HOST,
}: CompleteSettings): MetricsConfig | undefined {
  return METRICS_PORT === undefined ? undefined : { host: METRICS_HOST, port: METRICS_PORT }
}
