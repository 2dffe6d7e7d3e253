import type { EdgePolicy } from '../edge-policy.js'
import type { CompleteSettings } from './settings.js'

/** What is let near, and how much of it. */
export function edgeOf(found: CompleteSettings): EdgePolicy {
  return {
    hosts: found.ALLOWED_HOSTS,
    origins: found.ALLOWED_ORIGINS,
    trustProxy: found.TRUST_PROXY,
    perAddressPerMinute: found.RATE_LIMIT_PER_ADDRESS,
    perCallerPerMinute: found.RATE_LIMIT_PER_CALLER,
    perCallerBytesPerMinute: found.BODY_BYTES_PER_CALLER,
    perCallerAtOnce: found.CONCURRENCY_PER_CALLER,
    maxBodyBytes: found.MAX_BODY_BYTES,
  }
}
