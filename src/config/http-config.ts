import type { EdgePolicy } from '../limits/http-limits.js'
import type { CompleteSettings } from './settings.js'

/** Where the server listens, how it stops, and what it lets come near. */
export interface EdgeConfig {
  readonly listen: {
    /** `localhost`: both loopback addresses. */
    readonly host: string
    readonly port: number
    readonly keepAliveMs: number
  }
  /** How long the server goes on to accept after it was told to stop. */
  readonly drainDelayMs: number
  readonly edge: EdgePolicy
}

/** The part of the configuration that `EDGE_SETTINGS` make. */
export function edgeConfig(found: CompleteSettings): EdgeConfig {
  return {
    listen: {
      host: found.HOST,
      port: found.PORT,
      keepAliveMs: found.KEEP_ALIVE_SECONDS * 1_000,
    },
    drainDelayMs: found.DRAIN_DELAY_SECONDS * 1_000,
    edge: {
      hosts: found.ALLOWED_HOSTS,
      origins: found.ALLOWED_ORIGINS,
      trustProxy: found.TRUST_PROXY,
      perAddressPerMinute: found.RATE_LIMIT_PER_ADDRESS,
      perCallerPerMinute: found.RATE_LIMIT_PER_CALLER,
      perCallerBytesPerMinute: found.BODY_BYTES_PER_CALLER,
      perCallerAtOnce: found.CONCURRENCY_PER_CALLER,
      maxBodyBytes: found.MAX_BODY_BYTES,
    },
  }
}
