import type { ToolLimits } from './tool-limits.js'

/** Which requests are let in, and how much of the server one address and one user may take. */
export interface HttpLimits {
  /** Further values of the Host header, `host` or `host:port`. The host of `endpoint` is always accepted. */
  readonly allowedHosts: readonly string[]
  /** Further origins of browser clients, extensions and desktop applications, as they send them. */
  readonly allowedOrigins: readonly string[]
  /** Requests a minute from one address, before authentication; 0: no limit. */
  readonly rateLimitPerAddress: number
  /** JSON-RPC messages a minute from one address that public tools serve without a token; 0: no limit. */
  readonly publicRateLimitPerAddress: number
  /** Messages without a token under way at a time, of all addresses together; of one address a quarter of it. At least 1. */
  readonly publicConcurrency: number
  /** JSON-RPC messages a minute of one user, those of a batch one by one; 0: no limit. */
  readonly rateLimitPerCaller: number
  /** Bytes a minute of one user's request bodies, after decompression, and 256 for each value outside of arguments; 0: no limit. */
  readonly bodyBytesPerCaller: number
  /** Messages of one user under way at a time, those of a batch one by one; 0: no limit. */
  readonly concurrencyPerCaller: number
  /** Calls of single tools by one user: `{ export: { callsPerMinute: 5, callsAtOnce: 1 } }`. `*` stands for each tool without an entry. */
  readonly toolLimits: ToolLimits
  /** The largest request body. */
  readonly maxBodyBytes: number
}

/** The limits of a server that is told no others. */
export const HTTP_DEFAULTS: HttpLimits = {
  allowedHosts: [],
  allowedOrigins: [],
  rateLimitPerAddress: 600,
  publicRateLimitPerAddress: 60,
  publicConcurrency: 16,
  rateLimitPerCaller: 300,
  bodyBytesPerCaller: 8 * 1024 * 1024,
  concurrencyPerCaller: 64,
  toolLimits: {},
  maxBodyBytes: 256 * 1024,
}
