import type { ConnectionEntry, Directory, UserEntry } from './directory.js'
import { isFirstParty } from './lookup.js'

/** The connection of everybody in a directory that names none. */
export const DEFAULT_CONNECTION = {
  name: 'Username-Password-Authentication',
  strategy: 'auth0',
} as const

/**
 * Returns the connections through which users may sign in at a client; `undefined` when the directory names none, which
 * means that everybody may.
 *
 * For a third-party client those at domain level, for a first-party client those that are enabled for it.
 */
export function connectionsOf(
  directory: Directory,
  clientId: string,
): readonly ConnectionEntry[] | undefined {
  const firstParty = isFirstParty(directory, clientId)
  return directory.connections?.filter(({ is_domain_connection: ofDomain, enabled_clients }) =>
    firstParty ? enabled_clients.includes(clientId) : ofDomain,
  )
}

/** Tells whether a user may sign in at a client: not blocked, and through a connection that the client has. */
export function maySignIn(directory: Directory, user: UserEntry, clientId: string): boolean {
  if (user.blocked === true) return false
  const connections = connectionsOf(directory, clientId)
  return connections?.some(({ name }) => name === user.connection) ?? true
}
