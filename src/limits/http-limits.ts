/** How the edge treats requests before anything is known about them. */
export interface EdgePolicy {
  readonly hosts: readonly string[]
  readonly origins: readonly string[]
  /** As Express's `trust proxy`: a number of hops, or addresses and subnets. */
  readonly trustProxy: number | readonly string[]
  readonly perAddressPerMinute: number
  /** JSON-RPC messages of one user, those of a batch one by one; 0: no limit. */
  readonly perCallerPerMinute: number
  /** Bytes of one user's request bodies, after decompression, and 256 for each value outside of arguments; 0: no limit. */
  readonly perCallerBytesPerMinute: number
  /** Messages of one user under way at a time, those of a batch one by one; 0: no limit. */
  readonly perCallerAtOnce: number
  readonly maxBodyBytes: number
}
