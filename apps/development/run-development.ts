import type { Environment } from '../../src/config/config.js'
import { SETTINGS } from '../../src/config/settings.js'
import { warnOfSettingsFile, type SettingsFileRead } from '../../src/config/settings-file-doubts.js'
import { createProcessLog } from '../../src/server/process-log.js'
import { loadDirectory } from '../authorization-server/directory.js'
import { API_DOCUMENT_FILE } from '../downstream-api/document.js'
import { isDeployment } from './is-deployment.js'
import { standInOf } from './stand-in-of.js'
import { standInText } from './stand-in-text.js'
import { startDirectory } from './start-directory.js'
import { startStandIn } from './start-stand-in.js'
import { startedText } from './started-text.js'

export interface RunDevelopmentOptions {
  readonly environment: Environment
  /** What the `.env` file of the environment has beside its values. */
  readonly file: SettingsFileRead
  /** How a person asks for an access token at this set-up. */
  readonly tokenProgram: string
}

/**
 * Runs the development set-up on loopback until SIGINT or SIGTERM: that of the project, or of the directory that
 * `DEV_DIRECTORY` names. Rejects when it cannot start, and for an environment that asks for a deployment.
 */
export async function runDevelopment(options: RunDevelopmentOptions): Promise<void> {
  const { environment } = options
  if (isDeployment(environment)) {
    throw new Error(
      'NODE_ENV is production, or settings of a deployment are there, in the environment or ./.env. Remove them, or run the MCP server that they describe.',
    )
  }
  assertLoopback(environment['HOST'])
  const running = await start(options).catch((error: unknown) => {
    throw new Error(explain(error), { cause: error })
  })
  process.stdout.write(running.text)
  await stopSignal()
  await running.close()
}

interface RunningSetUp {
  /** What a person is told. */
  readonly text: string
  close(): Promise<void>
}

async function start({
  environment,
  file,
  tokenProgram,
}: RunDevelopmentOptions): Promise<RunningSetUp> {
  const path = textOf(environment, 'DEV_DIRECTORY')
  const provider = standInOf(environment)
  const log = createProcessLog({
    level: SETTINGS.LOG_LEVEL.schema.parse(environment['LOG_LEVEL'] ?? 'info'),
  })
  warnOfSettingsFile(file, log)
  const common = {
    ports: {
      authorizationServer: portOf(environment, 'DEV_AUTHORIZATION_SERVER_PORT', '9000'),
      api: portOf(environment, 'DEV_API_PORT', '8787'),
      mcp: portOf(environment, 'PORT', '3001'),
    },
    log,
    tokenProgram,
    environment: furtherSettings(environment),
  }
  if (provider !== undefined) {
    const running = await startStandIn({ ...common, provider })
    return { text: standInText(running, { tokenProgram }), close: () => running.close() }
  }
  const running = await startDirectory({
    ...common,
    directory: loadDirectory(path),
    // A directory of one's own does not have the scopes of the project's API.
    apiDocument: path === undefined ? API_DOCUMENT_FILE : undefined,
  })
  return {
    text: startedText(running, { file: path, tokenProgram }),
    close: () => running.close(),
  }
}

/** Resolves at the first SIGINT or SIGTERM; the second one ends the process. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false
    const stop = (): void => {
      if (stopping) process.exit(1)
      stopping = true
      process.stdout.write('\nStopping all of it.\n')
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}

/** The development authorization server signs anyone in as anyone: it must not be reachable from elsewhere. */
function assertLoopback(host: string | undefined): void {
  if (host === undefined || host === '' || host === '127.0.0.1' || host === 'localhost') return
  throw new Error(
    `HOST="${host}" but nothing else is configured. The development authorization server runs on this machine alone: remove HOST, or configure an authorization server (see .env.example).`,
  )
}

/** Settings that change how the server behaves, and not where it is or whom it trusts, hold here too. */
function furtherSettings(environment: Environment): Environment {
  const settled = new Set(['PORT', 'HOST', 'MCP_SERVER_URL'])
  return Object.fromEntries(
    Object.keys(SETTINGS)
      .filter((key) => !settled.has(key) && environment[key] !== undefined)
      .map((key) => [key, environment[key]]),
  )
}

function textOf(environment: Environment, key: string): string | undefined {
  const text = environment[key]?.trim()
  return text === '' ? undefined : text
}

function portOf(environment: Environment, key: string, fallback: string): number {
  const port = textOf(environment, key) ?? fallback
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port)
  throw new Error(`${key}="${port}" must be a whole number from 0 to 65535 (0 takes a free port).`)
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure'
  const { code, port } = error as { code?: unknown; port?: unknown }
  return code === 'EADDRINUSE'
    ? `port ${String(port)} is in use. Stop what listens there, or choose others with DEV_AUTHORIZATION_SERVER_PORT (9000), DEV_API_PORT (8787) and PORT (3001), and for further APIs in DEV_DIRECTORY.`
    : error.message
}
