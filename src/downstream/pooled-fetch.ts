import { Agent } from 'undici'
import type { Fetch } from '../identity/fetch-json.js'
import { wantsFreshConnection } from './fresh-connection.js'
import { CONNECT, fetchOver, freshConnections } from './undici-fetch.js'

/** A `fetch` with connections of its own, and how to end them. */
export interface PooledFetch {
  /** As the global `fetch`, over the pool. */
  readonly fetch: Fetch
  /** Ends idle connections and waits for calls under way. */
  close(): Promise<void>
}

/** How many connections `createPooledFetch` keeps, and for how long. */
export interface PooledFetchOptions {
  /** Connections to one origin at a time; further calls wait. Default 64. */
  readonly connections?: number
  /** How long an idle connection is kept, in milliseconds. Default 30000. */
  readonly keepAliveMs?: number
}

/** Creates a `fetch` that keeps connections alive between calls, in a pool of its own. */
export function createPooledFetch(options: PooledFetchOptions = {}): PooledFetch {
  const connections = options.connections ?? 64
  const pool = new Agent({
    connections,
    keepAliveTimeout: options.keepAliveMs ?? 30_000,
    connect: CONNECT,
  })
  const fresh = freshConnections(connections)
  return {
    fetch: (input, init) => fetchOver(wantsFreshConnection(init) ? fresh : pool, input, init),
    close: async () => {
      await Promise.all([pool.close(), fresh.close()])
    },
  }
}
