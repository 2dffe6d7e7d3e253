import type { Directory } from '../authorization-server/directory.js'
import { tokenCommand, type TokenCommandOptions } from './token-command.js'

/** The client that gets tokens for the command line. */
export const COMMAND_LINE_CLIENT = 'curl'

/**
 * Writes the shell line that puts a token of the directory's first user for `resource` into `TOKEN`, with all scopes
 * that `resource` has.
 *
 * `undefined` where the directory has no user, no such API, or no client for the command line.
 */
export function tokenCommandFor(
  { users, clients, resource_servers: apis }: Directory,
  options: Pick<TokenCommandOptions, 'program' | 'issuer' | 'resource'>,
): string | undefined {
  const api = apis.find(({ identifier }) => identifier === options.resource)
  const username = users[0]?.username
  const isKnown = clients.some(({ client_id }) => client_id === COMMAND_LINE_CLIENT)
  if (api === undefined || username === undefined || !isKnown) return undefined
  const scope = api.scopes.map(({ value }) => value).join(' ')
  return tokenCommand({ ...options, username, scope })
}
