import type { Environment } from '../../src/config/config.js'
import type { Logger } from '../../src/logging/logger.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { API_DOCUMENT_FILE } from '../downstream-api/document.js'
import { createDownstreamApi, type DownstreamApiOptions } from '../downstream-api/downstream-api.js'
import {
  attachMcpServer,
  type AttachedMcpServer,
  type RunningMcpServer,
} from './attach-mcp-server.js'
import type { StartDirectoryOptions } from './start-directory.js'
import { WIRE_STAND_IN, type StandInName, type WiredStandIn } from './stand-in-wiring.js'
import { tokenCommand } from './token-command.js'

export interface StartStandInOptions {
  readonly provider: StandInName
  readonly ports: StartDirectoryOptions['ports']
  /** Where the MCP server logs. Default: nowhere. */
  readonly log?: Logger | undefined
  /** Further settings of the MCP server, as its environment would have them. */
  readonly environment?: Environment | undefined
  /** What starts the token program, for the page of the MCP server. Default: not shown. */
  readonly tokenProgram?: string | undefined
  /** Told the claims of every token that the API accepted. */
  readonly onApiCall?: DownstreamApiOptions['onCall']
}

/** The development set-up with a stand-in in place of the development authorization server. */
export interface RunningStandInStack {
  readonly standIn: WiredStandIn
  readonly mcpServer: RunningMcpServer
  readonly apiUrl: string
  close(): Promise<void>
}

/**
 * Starts a stand-in for an identity provider, the protected API and the MCP server in this process, on loopback, wired to
 * each other. Either all three run when it resolves, or none does when it rejects.
 */
export async function startStandIn(options: StartStandInOptions): Promise<RunningStandInStack> {
  const { ports, provider } = options
  const closing: (() => Promise<void>)[] = []
  const listen = async (port: number): Promise<ListeningServer> => {
    const server = await serve({ host: 'localhost', port, drainMs: 1_000 })
    closing.unshift(() => server.close())
    return server
  }
  const close = async (): Promise<void> => {
    for (const step of closing) await step()
  }
  try {
    const mcp = await listen(ports.mcp)
    const api = await listen(ports.api)
    const endpoint = `http://localhost:${mcp.port}/mcp`
    const port = ports.authorizationServer
    const standIn = await WIRE_STAND_IN[provider]({ port, endpoint })
    closing.push(() => standIn.close())
    const apiUrl = `http://localhost:${api.port}/`
    const attached = await attach(options, { mcp, standIn, apiUrl })
    closing.unshift(attached.close)
    const { running: mcpServer } = attached
    const { onApiCall: onCall } = options
    const mcpServerPage = mcpServer.page
    api.attach(createDownstreamApi({ ...standIn.api, mcpServerPage, onCall }))
    return { standIn, mcpServer, apiUrl, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Wiring {
  readonly mcp: ListeningServer
  readonly standIn: WiredStandIn
  readonly apiUrl: string
}

function attach(
  { provider, environment, log, tokenProgram: program }: StartStandInOptions,
  { mcp, standIn, apiUrl }: Wiring,
): Promise<AttachedMcpServer> {
  const issuer = `${standIn.origin}/`
  return attachMcpServer({
    server: mcp,
    settings: { IDENTITY_PROVIDER: provider, ...standIn.settings, API_BASE_URL: apiUrl },
    ...{ environment, log, apiDocument: API_DOCUMENT_FILE },
    tokenCommandFor: ({ href: resource }) =>
      program === undefined
        ? undefined
        : tokenCommand({ program, username: 'alice', issuer, resource }),
  })
}
