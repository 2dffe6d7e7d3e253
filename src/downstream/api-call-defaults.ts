/** How the APIs of a server are called that is told nothing else. */
export const API_CALL_DEFAULTS = {
  /** For one call, waiting for its turn included. */
  timeoutMs: 10_000,
  /** Calls of one API under way at a time. */
  connections: 64,
  /** The largest answer that is read. */
  maxBytes: 1024 * 1024,
} as const

/** The largest answer that is read bit by bit. */
export const MAX_STREAM_BYTES = 32 * 1024 * 1024
