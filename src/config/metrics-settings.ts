import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** Where metrics are served. */
export const METRICS_SETTINGS = {
  METRICS_PORT: setting({
    description:
      'The port of the metrics for Prometheus, at /metrics. It has to be another one than PORT, and needs no token: keep it off the public network.',
    schema: values.port,
    absent: 'none: no metrics',
    example: '9464',
  }),
  METRICS_HOST: setting({
    description:
      'The address at which the metrics are served. 0.0.0.0 lets a Prometheus on another machine, or outside of the container, read them.',
    schema: values.listenHost,
    example: '0.0.0.0',
    fallback: '127.0.0.1',
  }),
} as const satisfies Record<string, Setting<unknown>>
