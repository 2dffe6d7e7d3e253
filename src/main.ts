import { composeServer } from './compose.js'
import { ConfigError, parseConfig, readEnvironment } from './config.js'
import { describeError } from './describe-error.js'
import { createProcessLog } from './process-log.js'
import { serve } from './serve.js'

/** The process: reads the configuration, listens, ends calls under way before it stops. */
async function main(): Promise<void> {
  const config = parseConfig(readEnvironment())
  const log = createProcessLog({ level: config.logLevel })
  const composed = await composeServer(config, log)
  const server = await serve({ ...config.listen, handler: composed.handler })
  log.event('info', 'listening', { port: server.port, endpoint: config.endpoint.href })

  let stopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1)
    stopping = true
    log.event('info', 'stopping', { signal })
    const closed = server.close()
    composed.drain()
    closed
      .then(() => composed.close())
      .catch((error: unknown) => {
        log.event('error', 'stop_failed', { err: describeError(error) })
        process.exitCode = 1
      })
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : 'unknown failure'
  process.stderr.write(
    error instanceof ConfigError
      ? `${text}\n\nSee .env.example for what each setting means.\n`
      : `mcp-on-behalf-of could not start: ${text}\n`,
  )
  process.exitCode = 1
})
