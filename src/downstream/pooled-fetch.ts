import { Agent, fetch as undiciFetch } from 'undici'
import type { Fetch } from '../identity/fetch-json.js'

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
  const agent = new Agent({
    connections: options.connections ?? 64,
    keepAliveTimeout: options.keepAliveMs ?? 30_000,
    connect: { timeout: 5_000 },
  })
  // undici's own fetch and the global one have the same contract and separately declared types.
  const pooled = ((input: string | URL, init: object | undefined) =>
    undiciFetch(input, { ...init, dispatcher: agent })) as unknown as Fetch
  return { fetch: pooled, close: () => agent.close() }
}
