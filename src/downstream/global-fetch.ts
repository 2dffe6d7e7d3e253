import type { Agent } from 'undici'
import type { Fetch } from '../identity/fetch-json.js'
import { wantsFreshConnection } from './fresh-connection.js'
import { fetchOver, freshConnections } from './undici-fetch.js'

let fresh: Agent | undefined

/** The global `fetch`, but for calls that want a fresh connection, which it cannot be asked for. */
export const globalFetch: Fetch = (input, init) => {
  if (!wantsFreshConnection(init)) return fetch(input, init)
  fresh ??= freshConnections(64)
  return fetchOver(fresh, input, init)
}
