/** How the edge treats requests before anything is known about them. */
export interface EdgePolicy {
  readonly hosts: readonly string[]
  readonly origins: readonly string[]
  /** As Express's `trust proxy`: a number of hops, or addresses and subnets. */
  readonly trustProxy: number | readonly string[]
  readonly perAddressPerMinute: number
  readonly perCallerPerMinute: number
  /** Requests of one user under way at a time; 0: no limit. */
  readonly perCallerAtOnce: number
  readonly maxBodyBytes: number
}
