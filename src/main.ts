import { systemTimers } from './time/clock.js'
import { composeServer, type ComposedServer } from './server/from-config.js'
import { ConfigError, parseConfig, readEnvironment, type Config } from './config/config.js'
import { logEvent } from './logging/log-event.js'
import { tellListening } from './http/listening-notice.js'
import { describeError } from './logging/describe-error.js'
import type { Logger } from './logging/logger.js'
import { stopInOrder } from './http/stop-in-order.js'
import { openProcessLog } from './server/process-log.js'
import { serveMetrics } from './server/serve-metrics.js'
import { serve, type ListeningServer } from './server/serve.js'

/**
 * The process: reads the configuration, listens, ends calls under way before it stops.
 *
 * Resolves with the exit code when it is over: 0 after SIGTERM or SIGINT (and DRAIN_DELAY_SECONDS), 1 when it could not start or stop,
 * with the reason on standard error. A second signal ends the process at once. Never rejects.
 */
export async function runServer(): Promise<number> {
  try {
    return await untilStopped()
  } catch (error) {
    process.stderr.write(whyNotStarted(error))
    return 1
  }
}

function whyNotStarted(error: unknown): string {
  const text = error instanceof Error ? error.message : 'unknown failure'
  if (error instanceof ConfigError) {
    return `${text}\n\nWhat each setting means: .env.example, or node_modules/mcp-on-behalf-of/.env.example where the package is installed.\n`
  }
  return `${listenFailure(error) ?? `mcp-on-behalf-of could not start: ${text}`}\n`
}

/** What the settings have to do with an address that cannot be listened on; `undefined` for other failures. */
function listenFailure(error: unknown): string | undefined {
  const failure = (error ?? {}) as { code?: unknown; port?: unknown; settings?: 'METRICS_' }
  const { code, port, settings = '' } = failure
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${String(port)} is in use. Stop what listens there, or set ${settings}PORT.`
    case 'EACCES':
      return `Port ${String(port)} may not be listened on by this user. Set ${settings}PORT to 1024 or higher.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${settings}HOST is no address of this machine. Set it to one, or to 0.0.0.0 for all of them.`
    default:
      return undefined
  }
}

async function untilStopped(): Promise<number> {
  const config = parseConfig(readEnvironment())
  // Whoever reads records there must not find log lines among them.
  const output = config.audit?.sink === 'stdout' ? process.stderr : process.stdout
  const { log, close: closeLog } = processLog(config, output)
  const composed = await composeServer(config, log)
  const metrics = await metricsServer(config, composed)
  const listening = serve({ ...config.listen, handler: composed.handler, log })
  const server = await listening.catch(async (error: unknown) => {
    await metrics?.close()
    throw error
  })
  // Whoever reads in the log that it listens may stop it at once.
  const stopped = untilSignalled({ config, log, output, composed, metrics, server })
  if (metrics !== undefined) {
    logEvent(log, 'info', { event: 'metrics_listening', port: metrics.port })
  }
  logEvent(log, 'info', {
    event: 'listening',
    port: server.port,
    endpoint: config.endpoint.href,
    identityProvider: config.identityProvider.name,
  })
  tellListening(config, output)
  const code = await stopped
  await closeLog()
  return code
}

/** What runs, to be stopped in order. */
interface Running {
  readonly config: Config
  readonly log: Logger
  readonly output: NodeJS.WriteStream
  readonly composed: ComposedServer
  readonly metrics: ListeningServer | undefined
  readonly server: ListeningServer
}

function untilSignalled(running: Running): Promise<number> {
  const { config, log, output, composed, metrics, server } = running
  return new Promise((resolve) => {
    let stopping = false
    const stop = (signal: NodeJS.Signals): void => {
      if (stopping) process.exit(1)
      stopping = true
      logEvent(log, 'info', { event: 'stopping', signal })
      stopInOrder({ server, composed, delayMs: config.drainDelayMs, timers: systemTimers })
        .then(() => metrics?.close())
        .then(() => {
          resolve(0)
        })
        .catch((error: unknown) => {
          logEvent(log, 'error', { event: 'stop_failed', err: describeError(error) })
          resolve(1)
        })
    }
    // Otherwise SIGHUP ends the process, as it does by default.
    if (config.credentialFiles !== undefined) {
      process.on('SIGHUP', () => void composed.reloadCredentials())
    }
    if (hasDocuments(config)) process.on('SIGHUP', () => void composed.reloadTools())
    // The file is looked at in front of each record: whoever rotates it may send the signal, and need not.
    if (writesAuditFile(config) && !output.isTTY) process.on('SIGHUP', () => undefined)
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}

function hasDocuments({ apis }: Config): boolean {
  return Object.values(apis).some(({ openapi }) => openapi !== undefined)
}

function writesAuditFile({ audit }: Config): boolean {
  return audit !== undefined && audit.sink !== 'stdout'
}

/** Not started where the configuration wants no metrics. What it rejects with says whose port it is about. */
async function metricsServer(
  { metrics, endpoint, http }: Config,
  composed: ComposedServer,
): Promise<ListeningServer | undefined> {
  if (metrics === undefined || composed.metrics === undefined) return undefined
  try {
    const allowedHosts = [metrics.host, endpoint.hostname, ...http.allowedHosts]
    return await serveMetrics({ ...metrics, ...composed.metrics, allowedHosts })
  } catch (error) {
    throw Object.assign(error as Error, { settings: 'METRICS_' })
  }
}

function processLog(
  { logLevel, logFormat }: Config,
  output: NodeJS.WriteStream,
): ReturnType<typeof openProcessLog> {
  const format = logFormat === 'auto' ? (output.isTTY ? 'pretty' : 'json') : logFormat
  return openProcessLog({
    ...{ level: logLevel, format, destination: destinationOf(output) },
    colored: output.isTTY && output.hasColors(),
  })
}

/** Standard output has a stream of its own, which does not wait for its reader. */
function destinationOf(output: NodeJS.WriteStream): NodeJS.WriteStream | undefined {
  return output === process.stdout ? undefined : output
}
