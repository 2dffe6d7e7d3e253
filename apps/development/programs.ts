import { DEFAULT_IDENTIFIERS, type Directory } from '../authorization-server/directory.js'

/** The client as which the MCP server of the development set-up exchanges tokens. */
export const EXCHANGING_CLIENT = 'mcp-server'

/** Which programs the development set-up runs for a directory, beside the authorization server. */
export interface Programs {
  /** The client of the MCP server, or a sentence that says why there is none. */
  readonly mcpServer: { readonly clientId: string; readonly clientSecret: string } | string
  /** Whether the directory has the API of the MCP server. */
  readonly hasApi: boolean
  /** The ports of the other APIs. */
  readonly furtherApiPorts: readonly number[]
}

/**
 * Finds which programs a directory needs.
 *
 * Every API with the identifier `http://localhost:<port>/` is one, unless a client of the type `resource_server` is bound to
 * it: that is somebody's MCP server. Other identifiers name servers that run elsewhere.
 */
export function programsOf(directory: Directory): Programs {
  const identifiers = directory.resource_servers.map(({ identifier }) => identifier)
  const bound = directory.clients.map((client) => client.resource_server_identifier)
  return {
    mcpServer: mcpServerOf(directory),
    hasApi: identifiers.includes(DEFAULT_IDENTIFIERS.api),
    furtherApiPorts: identifiers
      .filter((identifier) => identifier !== DEFAULT_IDENTIFIERS.api && !bound.includes(identifier))
      .flatMap((identifier) => portOf(identifier) ?? []),
  }
}

function mcpServerOf(directory: Directory): Programs['mcpServer'] {
  const client = directory.clients.find(({ client_id }) => client_id === EXCHANGING_CLIENT)
  if (client?.client_secret === undefined) {
    return `the directory has no client ${EXCHANGING_CLIENT} with a secret`
  }
  if (client.resource_server_identifier !== DEFAULT_IDENTIFIERS.mcp) {
    return `the client ${EXCHANGING_CLIENT} is not bound to ${DEFAULT_IDENTIFIERS.mcp}`
  }
  const hasApi = directory.resource_servers.some(
    ({ identifier }) => identifier === DEFAULT_IDENTIFIERS.api,
  )
  if (!hasApi) return `the directory has no API ${DEFAULT_IDENTIFIERS.api}`
  return { clientId: client.client_id, clientSecret: client.client_secret }
}

/** The port of `http://localhost:<port>/`, written exactly so: audiences are compared letter by letter. */
function portOf(identifier: string): number | undefined {
  const [, port] = /^http:\/\/localhost:([1-9]\d{0,4})\/$/.exec(identifier) ?? []
  return port === undefined ? undefined : Number(port)
}
