import type { Claims } from '../../src/identity/caller.js'
import { composeServer } from '../../src/server/from-config.js'
import { parseConfig, type Environment } from '../../src/config/config.js'
import type { Logger } from '../../src/logging/logger.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { createAuthorizationServer } from '../authorization-server/authorization-server.js'
import {
  DEFAULT_IDENTIFIERS,
  loadDirectory,
  parseDirectory,
  withIdentifiers,
  type Directory,
} from '../authorization-server/directory.js'
import { createDownstreamApi } from '../downstream-api/downstream-api.js'

export interface TrioOptions {
  /** 0 takes any free port. */
  readonly ports: {
    readonly authorizationServer: number
    readonly api: number
    readonly mcp: number
  }
  readonly log: Logger
  /** Further settings of the MCP server, as its environment would have them. */
  readonly environment?: Environment
  /** How long access tokens for the MCP server live. Default: what the directory says, a day. */
  readonly accessTokenSeconds?: number
  /** Told the claims of every token that the API accepted. */
  readonly onApiCall?: (claims: Claims) => void
}

export interface Trio {
  readonly issuer: string
  readonly endpoint: URL
  /** The MCP server's page for people, unless it is switched off. */
  readonly homePage?: URL
  readonly apiUrl: URL
  readonly apiAudience: string
  close(): Promise<void>
}

const HOST = 'localhost'
const EXCHANGING_CLIENT = 'mcp-server'

/**
 * Starts the development authorization server, the protected API and the MCP server in this process, on
 * loopback, wired to each other.
 *
 * Either all three run when it resolves, or none does when it rejects.
 */
export async function startTrio(options: TrioOptions): Promise<Trio> {
  const servers: ListeningServer[] = []
  const listen = async (port: number): Promise<ListeningServer> => {
    const server = await serve({ host: HOST, port, drainMs: 1_000 })
    servers.push(server)
    return server
  }
  try {
    const { authorizationServer, api, mcp } = options.ports
    return await wire(options, {
      authorizationServer: await listen(authorizationServer),
      api: await listen(api),
      mcp: await listen(mcp),
    })
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()))
    throw error
  }
}

interface Servers {
  readonly authorizationServer: ListeningServer
  readonly api: ListeningServer
  readonly mcp: ListeningServer
}

async function wire(options: TrioOptions, servers: Servers): Promise<Trio> {
  const issuer = `http://localhost:${servers.authorizationServer.port}/`
  const apiAudience = `http://localhost:${servers.api.port}/`
  const mcpAudience = `http://localhost:${servers.mcp.port}/mcp`
  const directory = withIdentifiers(directoryFor(options), { mcp: mcpAudience, api: apiAudience })
  const client = directory.clients.find(({ client_id }) => client_id === EXCHANGING_CLIENT)
  const config = parseConfig({
    PORT: `${servers.mcp.port}`,
    ISSUER_BASE_URL: issuer,
    AUTH0_AUDIENCE: mcpAudience,
    MCP_AUTH0_CLIENT_ID: EXCHANGING_CLIENT,
    MCP_AUTH0_CLIENT_SECRET: client?.client_secret,
    API_AUTH0_AUDIENCE: apiAudience,
    API_BASE_URL: apiAudience,
    ...options.environment,
  })
  const authorizationServer = await createAuthorizationServer({ issuer, directory })
  const composed = await composeServer(config, options.log)
  servers.authorizationServer.attach(authorizationServer.handler)
  servers.api.attach(
    createDownstreamApi({
      issuer,
      audience: apiAudience,
      ...(options.onApiCall === undefined ? {} : { onCall: options.onApiCall }),
    }),
  )
  servers.mcp.attach(composed.handler)
  return {
    issuer,
    endpoint: config.endpoint,
    ...(config.homePage ? { homePage: new URL('/', config.endpoint) } : {}),
    apiUrl: new URL(apiAudience),
    apiAudience,
    async close() {
      const closed = servers.mcp.close()
      composed.drain()
      await closed
      await composed.close()
      await Promise.all([servers.api.close(), servers.authorizationServer.close()])
    },
  }
}

function directoryFor({ accessTokenSeconds }: TrioOptions): Directory {
  const directory = loadDirectory()
  if (accessTokenSeconds === undefined) return directory
  return parseDirectory({
    ...directory,
    resource_servers: directory.resource_servers.map((api) =>
      api.identifier === DEFAULT_IDENTIFIERS.mcp
        ? { ...api, token_lifetime: accessTokenSeconds }
        : api,
    ),
  })
}
