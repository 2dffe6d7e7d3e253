import { parseConfig, type Environment } from '../../src/config/config.js'
import { silentLog, type Logger } from '../../src/logging/logger.js'
import { composeServer, type ComposedServer } from '../../src/server/from-config.js'
import type { ListeningServer } from '../../src/server/serve.js'

export interface AttachMcpServerOptions {
  readonly server: ListeningServer
  /** The settings that make it part of this set-up. */
  readonly settings: Environment
  /** Further settings, which count more. */
  readonly environment: Environment | undefined
  /** The OpenAPI document of the API, unless `environment` names another: with it the demonstration tools are on. */
  readonly apiDocument: string | undefined
  readonly log: Logger | undefined
  /** The shell line for a token, for the page of the MCP server. */
  readonly tokenCommandFor: (endpoint: URL) => string | undefined
}

export interface RunningMcpServer {
  readonly endpoint: URL
  /** The page for people, unless it is switched off. */
  readonly page: URL | undefined
  /** Whether whoami, greet and get_datetime are among its tools. */
  readonly demoTools: boolean
  /** The document that its environment names in place of the API's own. */
  readonly ownDocument: string | undefined
}

export interface AttachedMcpServer {
  readonly running: RunningMcpServer
  readonly close: () => Promise<void>
}

/** Composes the MCP server of the development set-up, as the process does, and lets a server that listens serve it. */
export async function attachMcpServer(options: AttachMcpServerOptions): Promise<AttachedMcpServer> {
  const { server, settings, environment, apiDocument, log = silentLog } = options
  const named = environment?.['OPENAPI_DOCUMENT']?.trim()
  const ownDocument = named === '' ? undefined : named
  const config = parseConfig({
    PORT: String(server.port),
    ...settings,
    ...(apiDocument === undefined || ownDocument !== undefined
      ? {}
      : { OPENAPI_DOCUMENT: apiDocument, DEMO_TOOLS: 'on' }),
    ...environment,
  })
  const { endpoint, demoTools } = config
  const tokenCommand = options.tokenCommandFor(endpoint)
  const composed = await composeServer(config, log, { tokenCommand })
  server.attach(composed.handler)
  const page = config.homePage ? new URL('/', endpoint) : undefined
  return {
    running: { endpoint, page, demoTools, ownDocument },
    close: () => closeMcpServer(server, composed),
  }
}

async function closeMcpServer(server: ListeningServer, composed: ComposedServer): Promise<void> {
  const closed = server.close()
  composed.drain()
  await closed
  await composed.close()
}
