import type { ClientEntry, Directory, ResourceServerEntry, UserEntry } from './directory.js'

/** Returns the API with exactly this identifier; the last slash counts. */
export function findApi(directory: Directory, identifier: string): ResourceServerEntry | undefined {
  return directory.resource_servers.find((api) => api.identifier === identifier)
}

/** Returns the pre-registered client, `undefined` for clients that registered themselves. */
export function findClient(directory: Directory, clientId: string): ClientEntry | undefined {
  return directory.clients.find((client) => client.client_id === clientId)
}

/** Returns the user with this `user_id`, which is the `sub` of their tokens. */
export function findUser(directory: Directory, userId: string): UserEntry | undefined {
  return directory.users.find((user) => user.user_id === userId)
}

/** Tells whether the directory vouches for a client. Whoever registers itself is a third party. */
export function isFirstParty(directory: Directory, clientId: string): boolean {
  return findClient(directory, clientId)?.is_first_party ?? false
}
