import type { HttpLimits } from '../limits/http-limits.js'
import type { Mount } from '../mcp/mount.js'
import type { CompleteSettings } from './settings.js'

/** Where the server listens, how it stops, and what it lets come near. */
export interface HttpConfig {
  readonly listen: {
    /** `localhost`: both loopback addresses. */
    readonly host: string
    readonly port: number
    readonly keepAliveMs: number
  }
  /** How long the server continues to accept requests after it was told to stop. */
  readonly drainDelayMs: number
  readonly http: HttpLimits
  /** How requests get to the MCP SDK. */
  readonly mount: Mount
  /** As Express's `trust proxy`: a number of hops, or addresses and subnets. */
  readonly trustProxy: number | readonly string[]
}

/** The part of the configuration that `HTTP_SETTINGS` make. */
export function httpConfig(found: CompleteSettings): HttpConfig {
  return {
    listen: {
      host: found.HOST,
      port: found.PORT,
      keepAliveMs: found.KEEP_ALIVE_SECONDS * 1_000,
    },
    drainDelayMs: found.DRAIN_DELAY_SECONDS * 1_000,
    trustProxy: found.TRUST_PROXY,
    mount: found.MCP_MOUNT,
    http: {
      allowedHosts: found.ALLOWED_HOSTS,
      allowedOrigins: found.ALLOWED_ORIGINS,
      rateLimitPerAddress: found.RATE_LIMIT_PER_ADDRESS,
      publicRateLimitPerAddress: found.PUBLIC_RATE_LIMIT_PER_ADDRESS,
      publicConcurrency: found.PUBLIC_CONCURRENCY,
      rateLimitPerCaller: found.RATE_LIMIT_PER_CALLER,
      bodyBytesPerCaller: found.BODY_BYTES_PER_CALLER,
      concurrencyPerCaller: found.CONCURRENCY_PER_CALLER,
      toolLimits: found.TOOL_LIMITS,
      maxBodyBytes: found.MAX_BODY_BYTES,
    },
  }
}
