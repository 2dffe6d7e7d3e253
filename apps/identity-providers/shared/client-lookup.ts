import type { RegisteredClient } from './registered-client.js'

/** Finds a client by its id. */
export type ClientLookup = (clientId: string) => Promise<RegisteredClient | undefined>
