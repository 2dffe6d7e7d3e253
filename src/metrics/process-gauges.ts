import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { Counter, Gauge, type Registry } from 'prom-client'

const NANOSECONDS = 1e9
const DELAYS = ['p50', 'p90', 'p99', 'max'] as const

/**
 * Adds what Node.js says of this process: the delay of its event loop since the last look (semantic conventions `nodejs.eventloop.*`), its
 * memory and its processor time. Returns the function that ends the measuring.
 */
export function addProcessGauges(registry: Registry): () => void {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const registers = [registry]
  const delays = DELAYS.map((name) => ({
    name,
    gauge: new Gauge({
      name: `nodejs_eventloop_delay_${name}_seconds`,
      help: `Delay of the event loop since the last look, ${name}.`,
      registers,
      // The first in the registry looks for all of them: looking begins the next measurement.
      ...(name === DELAYS[0] ? { collect: look } : {}),
    }),
  }))
  function look(): void {
    for (const { name, gauge } of delays) {
      const valueNs = name === 'max' ? delay.max : delay.percentile(Number(name.slice(1)))
      // Without a measurement the values are those of an empty histogram.
      gauge.set(delay.count === 0 ? 0 : valueNs / NANOSECONDS)
    }
    delay.reset()
  }
  let before = performance.eventLoopUtilization()
  new Gauge({
    name: 'nodejs_eventloop_utilization',
    help: 'Share of the time since the last look in which the event loop was busy, 0 to 1.',
    registers,
    collect() {
      const now = performance.eventLoopUtilization()
      this.set(performance.eventLoopUtilization(now, before).utilization)
      before = now
    },
  })
  addUsage(registers)
  return () => {
    delay.disable()
  }
}

function addUsage(registers: Registry[]): void {
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the process started, in seconds since the epoch.',
    registers,
  }).set(performance.timeOrigin / 1_000)
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time of user and system.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
}
