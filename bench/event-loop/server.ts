import { monitorEventLoopDelay } from 'node:perf_hooks'
import { composeServer } from '../../src/server/from-config.js'
import { parseConfig } from '../../src/config/config.js'
import { silentLog } from '../../src/logging/logger.js'
import { serve } from '../../src/server/serve.js'

/** What the benchmark tells this process. */
export type Ask =
  | { readonly kind: 'start'; readonly environment: Record<string, string> }
  | { readonly kind: 'read' }

/** What it is told. */
export type Told =
  | { readonly kind: 'started'; readonly port: number }
  | { readonly kind: 'delay'; readonly maxMs: number; readonly cpuMs: number }

const RESOLUTION_MS = 1
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
let usage = process.cpuUsage()

process.on('message', (ask: Ask) => {
  void (ask.kind === 'start' ? start(ask.environment) : Promise.resolve(read())).then((told) =>
    process.send?.(told),
  )
})

/** The standalone server in a process of its own, so that nothing else keeps its event loop busy. */
async function start(environment: Record<string, string>): Promise<Told> {
  const server = await serve({ host: '127.0.0.1', port: 0 })
  const endpoint = `http://localhost:${server.port}`
  const config = parseConfig({
    PORT: `${server.port}`,
    AUTH0_AUDIENCE: `${endpoint}/mcp`,
    ...environment,
  })
  server.attach((await composeServer(config, silentLog)).handler)
  delay.enable()
  return { kind: 'started', port: server.port }
}

/** The longest time that the event loop was kept since the last reading, and the CPU time that was used. */
function read(): Told {
  const { user, system } = process.cpuUsage(usage)
  usage = process.cpuUsage()
  const maxMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS)
  delay.reset()
  return { kind: 'delay', maxMs, cpuMs: (user + system) / 1_000 }
}
