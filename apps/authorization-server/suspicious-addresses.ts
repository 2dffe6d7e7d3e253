import { LRUCache } from 'lru-cache'

const MAX_ADDRESSES = 10_000

/** How many bad subject tokens one address may send, and how fast it is forgiven. */
export interface ThrottlingStage {
  readonly max_attempts: number
  /** Milliseconds until one attempt is regained. */
  readonly rate: number
}

/** Counts the bad subject tokens of Custom Token Exchange by the address that they come from. */
export interface SuspiciousAddresses {
  isBlocked(address: string): boolean
  countFailure(address: string): void
}

interface Failures {
  readonly count: number
  readonly sinceMs: number
}

/**
 * Creates the memory of Auth0's suspicious-IP throttling, stage `pre-custom-token-exchange`.
 *
 * An address is blocked while it has used up its attempts; each `rate` gives one back. The addresses
 * that were quiet for longest are forgotten beyond 10000.
 *
 * `nowMs`: epoch milliseconds.
 */
export function createSuspiciousAddresses(
  { max_attempts: maxAttempts, rate }: ThrottlingStage,
  nowMs: () => number,
): SuspiciousAddresses {
  const known = new LRUCache<string, Failures>({ max: MAX_ADDRESSES })
  const failuresOf = (address: string): Failures => {
    const { count, sinceMs } = known.get(address) ?? { count: 0, sinceMs: nowMs() }
    const regained = Math.floor((nowMs() - sinceMs) / rate)
    return regained >= count
      ? { count: 0, sinceMs: nowMs() }
      : { count: count - regained, sinceMs: sinceMs + regained * rate }
  }
  return {
    isBlocked: (address) => failuresOf(address).count >= maxAttempts,
    countFailure(address) {
      const { count, sinceMs } = failuresOf(address)
      known.set(address, { count: count + 1, sinceMs })
    },
  }
}
