import { isUnconfigured, readSettings, type Environment } from '../../src/config/config.js'
import { SETTINGS } from '../../src/config/settings.js'
import { warnOfSettingsFile } from '../../src/config/settings-file-doubts.js'
import { createProcessLog } from '../../src/server/process-log.js'
import { startedText } from './started-text.js'
import { startStack } from './start-stack.js'

/**
 * `npm start`: with nothing configured, the development set-up on loopback; else the MCP server alone, just as
 * in production.
 */
async function main(): Promise<void> {
  const { environment, file } = readSettings()
  const production = environment['NODE_ENV'] === 'production'
  if (production || !isUnconfigured(environment)) {
    const { runServer } = await import('../../src/main.js')
    process.exitCode = await runServer()
    return
  }
  assertLoopback(environment['HOST'])
  const log = createProcessLog({
    level: SETTINGS.LOG_LEVEL.schema.parse(environment['LOG_LEVEL'] ?? 'info'),
  })
  warnOfSettingsFile(file, log)
  const stack = await startStack({
    ports: {
      authorizationServer: portOf(environment, 'DEV_AUTHORIZATION_SERVER_PORT', '9000'),
      api: portOf(environment, 'DEV_API_PORT', '8787'),
      mcp: portOf(environment, 'PORT', '3001'),
    },
    log,
    environment: furtherSettings(environment),
  })
  process.stdout.write(startedText(stack))

  let stopping = false
  const stop = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    process.stdout.write('\nStopping all three.\n')
    void stack.close()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

/** The development authorization server signs anyone in as anyone: it must not be reachable from elsewhere. */
function assertLoopback(host: string | undefined): void {
  if (host === undefined || host === '' || host === '127.0.0.1' || host === 'localhost') return
  throw new Error(
    `HOST="${host}" but nothing else is configured. The development authorization server runs on this machine alone: remove HOST, or configure an authorization server (see .env.example).`,
  )
}

/** Settings that change the server's manners and not where it is or whom it trusts hold here too. */
function furtherSettings(environment: Environment): Environment {
  const settled = new Set(['PORT', 'HOST', 'MCP_SERVER_URL'])
  return Object.fromEntries(
    Object.keys(SETTINGS)
      .filter((key) => !settled.has(key) && environment[key] !== undefined)
      .map((key) => [key, environment[key]]),
  )
}

function portOf(environment: Environment, key: string, fallback: string): number {
  const text = environment[key]?.trim()
  const port = text === undefined || text === '' ? fallback : text
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port)
  throw new Error(`${key}="${port}" must be a whole number from 0 to 65535 (0 takes a free port).`)
}

main().catch((error: unknown) => {
  process.stderr.write(`Could not start: ${explain(error)}\n`)
  process.exitCode = 1
})

function explain(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure'
  const { code, port } = error as { code?: unknown; port?: unknown }
  return code === 'EADDRINUSE'
    ? `port ${String(port)} is in use. Stop what listens there, or choose others with DEV_AUTHORIZATION_SERVER_PORT (9000), DEV_API_PORT (8787) and PORT (3001).`
    : error.message
}
