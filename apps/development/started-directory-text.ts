import type { Directory, ResourceServerEntry } from '../authorization-server/directory.js'
import { EXCHANGING_CLIENT } from './programs.js'
import type { RunningDirectory } from './start-directory.js'
import { COMMAND_LINE_CLIENT, tokenCommandFor } from './token-command-for.js'
import { indented, usersOf } from './text-parts.js'

export interface StartedDirectoryTextOptions {
  readonly file: string
  readonly tokenProgram: string
}

/** What the development set-up tells a person about a directory of their own: what runs where, and how to get a token. */
export function startedDirectoryText(
  running: RunningDirectory,
  { file, tokenProgram }: StartedDirectoryTextOptions,
): string {
  const { issuer, directory, apis, mcpServer } = running
  const rows: [string, string][] = [
    ['authorization server', `${issuer}   (signs in ${usersOf(directory)} without a password)`],
    ...apis.map((identifier): [string, string] => ['API', identifier]),
    [
      'MCP server',
      typeof mcpServer === 'string' ? absence(directory, mcpServer) : mcpServer.endpoint.href,
    ],
  ]
  return `
mcp-on-behalf-of, development set-up of ${file}. Everything runs on this machine; nothing is stored.

${rows.map(([label, text]) => `  ${label.padEnd(22)} ${text}`).join('\n')}
${protectedServers(directory)
  .map(({ clientId, api }) => serverText(running, { clientId, api, tokenProgram }))
  .join('')}
Ctrl-C stops all of it.

`
}

/** A directory without the client of the MCP server is meant for another one; otherwise something is missing. */
function absence(directory: Directory, reason: string): string {
  if (directory.clients.some(({ client_id }) => client_id === EXCHANGING_CLIENT)) {
    return `not started: ${reason}`
  }
  const own = protectedServers(directory).map(({ api }) => api.identifier)
  const advice = own.length === 0 ? '' : `; run your own at ${own.join(', ')}`
  return `not part of this directory${advice}`
}

interface ProtectedServer {
  readonly clientId: string
  readonly api: ResourceServerEntry
}

/** The MCP servers of a directory: each is an API to which a client of the type `resource_server` is bound. */
function protectedServers({ clients, resource_servers: apis }: Directory): ProtectedServer[] {
  return clients.flatMap(({ client_id: clientId, resource_server_identifier: bound }) =>
    apis.filter(({ identifier }) => identifier === bound).map((api) => ({ clientId, api })),
  )
}

function serverText(
  { issuer, directory }: RunningDirectory,
  { clientId, api, tokenProgram: program }: ProtectedServer & { readonly tokenProgram: string },
): string {
  const about = `\nMCP server at ${api.identifier}, which exchanges tokens as the client ${clientId}.\n`
  const username = directory.users[0]?.username
  if (username === undefined) return about
  const command = tokenCommandFor(directory, { program, issuer, resource: api.identifier })
  if (command === undefined) {
    return `${about}No token for the command line: the directory has no client ${COMMAND_LINE_CLIENT}.\n`
  }
  return `${about}A token for ${username} (in a second terminal):\n${indented(command)}\n`
}
