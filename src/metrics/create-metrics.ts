import { Gauge, Registry } from 'prom-client'
import { NOT_READY_REASONS, type NotReadyReason } from '../http/readiness.js'
import type { Logger } from '../logging/logger.js'
import { systemClock, type Clock } from '../time/clock.js'
import { boundedNames } from './bounded-names.js'
import { countingLog } from './counting-log.js'
import { createInstruments } from './instruments.js'
import { createMetricsObserver, type MetricsObserver } from './metrics-observer.js'
import { addProcessGauges } from './process-gauges.js'

/** Where metrics go. */
export interface MetricsOptions {
  /** A registry of `prom-client` of your own. Default: one that has these metrics alone. */
  readonly registry?: Registry | undefined
  /**
   * Whether the event loop, memory and processor time of the process are among them. Default: true without a registry of your
   * own, for which `prom-client` has `collectDefaultMetrics`.
   */
  readonly process?: boolean | undefined
  readonly clock?: Clock | undefined
}

/** The metrics of one server. */
export interface Metrics {
  /** Makes metrics of what it sees. */
  readonly observer: MetricsObserver
  /** Where the metrics are: `await registry.metrics()` is what Prometheus reads. */
  readonly registry: Registry
  /** The same logger, whose events are counted. */
  readonly countEvents: (log: Logger) => Logger
  /** Shows whether the server is ready. */
  readonly watchReadiness: (readiness: { reasons(): Promise<readonly NotReadyReason[]> }) => void
  /** Ends the measuring of the event loop. */
  readonly close: () => void
}

/** More events than this server has. */
const MAX_EVENTS = 200

/**
 * Creates metrics for Prometheus.
 *
 * Values of labels come from closed sets: names of declared tools, APIs and issuers of the configuration, codes, reasons. No user, client or
 * token is in them. Throws where the registry has metrics of these names already.
 *
 * @category Observing
 * @example
 * const metrics = createMetrics()
 * const { protect } = onBehalfOf({ ...options, observer: metrics.observer })
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const { registry = new Registry(), clock = systemClock } = options
  const instruments = createInstruments(registry, clock)
  const stopMeasuring =
    (options.process ?? options.registry === undefined) ? addProcessGauges(registry) : undefined
  const eventName = boundedNames(MAX_EVENTS)
  return {
    registry,
    observer: createMetricsObserver(instruments),
    countEvents: (log) =>
      countingLog(log, (event, level) => {
        instruments.logEvents.inc({ event: eventName(event), level })
      }),
    watchReadiness: (readiness) => {
      addReadiness(registry, readiness)
    },
    close: () => stopMeasuring?.(),
  }
}

function addReadiness(
  registry: Registry,
  readiness: { reasons(): Promise<readonly NotReadyReason[]> },
): void {
  new Gauge({
    name: 'mcp_on_behalf_of_not_ready',
    help: '1 for each reason why the server should get no new requests.',
    labelNames: ['reason'],
    registers: [registry],
    async collect() {
      const reasons = await readiness.reasons()
      for (const reason of NOT_READY_REASONS) this.set({ reason }, reasons.includes(reason) ? 1 : 0)
    },
  })
}
