import { systemTimers } from './time/clock.js'
import { composeServer } from './server/from-config.js'
import { ConfigError, parseConfig, readEnvironment } from './config/config.js'
import { logEvent } from './logging/log-event.js'
import { tellListening } from './http/listening-notice.js'
import { describeError } from './logging/describe-error.js'
import { stopInOrder } from './http/stop-in-order.js'
import { createProcessLog } from './server/process-log.js'
import { serve } from './server/serve.js'

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
  const { code, port } = (error ?? {}) as { code?: unknown; port?: unknown }
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${String(port)} is in use. Stop what listens there, or set PORT.`
    case 'EACCES':
      return `Port ${String(port)} may not be listened on by this user. Set PORT to 1024 or higher.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'HOST is no address of this machine. Set it to one, or to 0.0.0.0 for all of them.'
    default:
      return undefined
  }
}

async function untilStopped(): Promise<number> {
  const config = parseConfig(readEnvironment())
  // Whoever reads records there must not find log lines among them.
  const output = config.audit?.sink === 'stdout' ? process.stderr : process.stdout
  const log = createProcessLog({ level: config.logLevel, destination: destinationOf(output) })
  const composed = await composeServer(config, log)
  const server = await serve({ ...config.listen, handler: composed.handler, log })
  logEvent(log, 'info', {
    event: 'listening',
    port: server.port,
    endpoint: config.endpoint.href,
    identityProvider: config.identityProvider.name,
  })
  tellListening(config, output)

  return new Promise((resolve) => {
    let stopping = false
    const stop = (signal: NodeJS.Signals): void => {
      if (stopping) process.exit(1)
      stopping = true
      logEvent(log, 'info', { event: 'stopping', signal })
      stopInOrder({ server, composed, delayMs: config.drainDelayMs, timers: systemTimers })
        .then(() => {
          resolve(0)
        })
        .catch((error: unknown) => {
          logEvent(log, 'error', { event: 'stop_failed', err: describeError(error) })
          resolve(1)
        })
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}

/** pino writes to standard output itself, without a stream. */
function destinationOf(output: NodeJS.WriteStream): NodeJS.WriteStream | undefined {
  return output === process.stdout ? undefined : output
}
