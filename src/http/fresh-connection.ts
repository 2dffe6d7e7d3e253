import { ProxyError } from './proxy-error.js'

/** Asks a `fetch` of ours for a connection that no call has used before; any other `fetch` passes it by. */
export interface FreshConnectionInit {
  readonly freshConnection?: boolean | undefined
}

/** Whether the caller of a `fetch` asks for a connection that no call has used before. */
export function wantsFreshConnection(init: object | undefined): boolean {
  return (init as FreshConnectionInit | undefined)?.freshConnection === true
}

// undici's: "other side closed"; Node's: the peer reset the connection, or it was closed as we wrote.
const DEAD = new Set<unknown>(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])
const MAX_CAUSES = 5

/**
 * Whether a `fetch` failed since its connection ended before the answer began: an idle one that the server had
 * given up. Not so where no connection came about.
 */
export function connectionDied(error: unknown): boolean {
  let cause = error
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1) {
    // Then nothing got as far as the server.
    if (cause instanceof ProxyError) return false
    if (DEAD.has((cause as { code?: unknown }).code)) return true
    cause = cause.cause
  }
  return false
}
