import { wantsFreshConnection } from './fresh-connection.js'
import { createOutgoingFetch, type OutgoingFetch } from './outgoing-fetch.js'
import type { Fetch } from './fetch-json.js'

let outgoing: OutgoingFetch | undefined

/** The global `fetch`, but for calls that want a fresh connection, which it cannot be asked for. */
export const globalFetch: Fetch = (input, init) => {
  if (!wantsFreshConnection(init)) return fetch(input, init)
  outgoing ??= createOutgoingFetch()
  return outgoing.fetch(input, init)
}
