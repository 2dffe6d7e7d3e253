import type { Environment } from '../../src/config/config.js'
import type { Claims } from '../../src/identity/caller.js'
import type { Logger } from '../../src/logging/logger.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { createAuthorizationServer } from '../authorization-server/authorization-server.js'
import { withIdentifiers, type Directory } from '../authorization-server/directory.js'
import { createDownstreamApi } from '../downstream-api/downstream-api.js'
import {
  attachMcpServer,
  type AttachedMcpServer,
  type RunningMcpServer,
} from './attach-mcp-server.js'
import { EXCHANGING_CLIENT, programsOf, type Programs } from './programs.js'
import { tokenCommandFor } from './token-command-for.js'

export interface StartDirectoryOptions {
  /** What the authorization server knows, and with it which programs there are. */
  readonly directory: Directory
  /** 0 takes any free port. */
  readonly ports: {
    readonly authorizationServer: number
    readonly api: number
    readonly mcp: number
  }
  /** Where the MCP server logs. Default: nowhere. */
  readonly log?: Logger | undefined
  /** The OpenAPI document of the MCP server's API: its operations are tools beside the demonstration tools. Default: none. */
  readonly apiDocument?: string | undefined
  /** Further settings of the MCP server, as its environment would have them. */
  readonly environment?: Environment | undefined
  /** What starts the token program, for the page of the MCP server: `npm run --silent token --`. Default: not shown. */
  readonly tokenProgram?: string | undefined
  /** Told the claims of every token that an API accepted. */
  readonly onApiCall?: ((claims: Claims) => void) | undefined
  /** By which the authorization server fetches client id metadata documents. Default: the global `fetch`. */
  readonly documentFetch?: typeof fetch | undefined
}

/** The programs of a directory, running. */
export interface RunningDirectory {
  readonly issuer: string
  /** As it came, with the identifiers that the ports make. */
  readonly directory: Directory
  /** A sentence that says why there is none, if there is none. */
  readonly mcpServer: RunningMcpServer | string
  /** The identifiers of the APIs that run, which are their addresses. */
  readonly apis: readonly string[]
  close(): Promise<void>
}

const HOST = 'localhost'

/**
 * Starts the programs of a directory in this process, on loopback, wired to each other: the authorization server, an API
 * for each identifier `http://localhost:<port>/`, and the MCP server if the directory has what it needs.
 *
 * `http://localhost:3001/mcp` and `http://localhost:8787/` in the directory stand for the MCP server and its API, whatever
 * their ports are. Either all programs run when it resolves, or none does when it rejects.
 */
export async function startDirectory(options: StartDirectoryOptions): Promise<RunningDirectory> {
  const programs = programsOf(options.directory)
  const servers: ListeningServer[] = []
  const listen = async (port: number): Promise<ListeningServer> => {
    const server = await serve({ host: HOST, port, drainMs: 1_000 })
    servers.push(server)
    return server
  }
  const listenIf = (isThere: boolean, port: number): Promise<ListeningServer | undefined> =>
    isThere ? listen(port) : Promise.resolve(undefined)
  try {
    const { ports } = options
    return await wire(options, programs, {
      authorizationServer: await listen(ports.authorizationServer),
      api: await listenIf(programs.hasApi, ports.api),
      mcp: await listenIf(typeof programs.mcpServer !== 'string', ports.mcp),
      furtherApis: await inOrder(programs.furtherApiPorts, listen),
    })
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()))
    throw error
  }
}

interface Servers {
  readonly authorizationServer: ListeningServer
  readonly api: ListeningServer | undefined
  readonly mcp: ListeningServer | undefined
  readonly furtherApis: readonly ListeningServer[]
}

async function wire(
  options: StartDirectoryOptions,
  programs: Programs,
  servers: Servers,
): Promise<RunningDirectory> {
  const { authorizationServer, api, mcp, furtherApis } = servers
  const issuer = `http://localhost:${authorizationServer.port}/`
  const identifiers = {
    mcp: mcp && `http://localhost:${mcp.port}/mcp`,
    api: api && audienceOf(api),
  }
  const directory = withIdentifiers(options.directory, identifiers)
  const wiring = { directory, programs, servers, issuer, identifiers }
  const started = await startMcpServer(options, wiring)
  const mcpServer = typeof started === 'string' ? started : started.running
  const mcpServerPage = typeof mcpServer === 'string' ? undefined : mcpServer.page
  const created = await createAuthorizationServer({
    ...{ issuer, mcpServerPage, fetch: options.documentFetch },
    directory: withConfirmationCallback(directory, mcp),
  })
  authorizationServer.attach(created.handler)
  const apis = api === undefined ? furtherApis : [api, ...furtherApis]
  for (const server of apis) {
    const audience = audienceOf(server)
    const { onApiCall: onCall } = options
    server.attach(createDownstreamApi({ issuer, audience, mcpServerPage, onCall }))
  }
  return {
    issuer,
    directory,
    mcpServer,
    apis: apis.map(audienceOf),
    async close() {
      if (typeof started !== 'string') await started.close()
      await Promise.all([...apis, authorizationServer].map((server) => server.close()))
    },
  }
}

interface Wiring {
  readonly directory: Directory
  readonly programs: Programs
  readonly servers: Servers
  readonly issuer: string
  readonly identifiers: { readonly mcp: string | undefined; readonly api: string | undefined }
}

async function startMcpServer(
  { apiDocument, environment, log, tokenProgram: program }: StartDirectoryOptions,
  { directory, programs, servers: { mcp }, issuer, identifiers }: Wiring,
): Promise<AttachedMcpServer | string> {
  if (typeof programs.mcpServer === 'string') return programs.mcpServer
  if (mcp === undefined) throw new Error('the MCP server has no port')
  const { clientId, clientSecret } = programs.mcpServer
  return attachMcpServer({
    server: mcp,
    settings: {
      ISSUER_BASE_URL: issuer,
      AUTH0_AUDIENCE: identifiers.mcp,
      MCP_AUTH0_CLIENT_ID: clientId,
      MCP_AUTH0_CLIENT_SECRET: clientSecret,
      API_AUTH0_AUDIENCE: identifiers.api,
      API_BASE_URL: identifiers.api,
    },
    ...{ environment, apiDocument, log },
    tokenCommandFor: ({ href: resource }) =>
      program === undefined ? undefined : tokenCommandFor(directory, { program, issuer, resource }),
  })
}

/** The MCP server signs people in on its page for approvals, at whichever port it is. */
function withConfirmationCallback(
  directory: Directory,
  mcp: ListeningServer | undefined,
): Directory {
  if (mcp === undefined) return directory
  const callback = `http://localhost:${mcp.port}/confirm/callback`
  return {
    ...directory,
    clients: directory.clients.map((client) =>
      client.client_id === EXCHANGING_CLIENT
        ? {
            ...client,
            grant_types: [...new Set([...client.grant_types, 'authorization_code' as const])],
            callbacks: [...client.callbacks, callback],
          }
        : client,
    ),
  }
}

function audienceOf({ port }: ListeningServer): string {
  return `http://localhost:${port}/`
}

async function inOrder<In, Out>(
  items: readonly In[],
  act: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = []
  for (const item of items) results.push(await act(item))
  return results
}
