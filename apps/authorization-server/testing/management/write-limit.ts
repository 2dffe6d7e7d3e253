import { Refusal } from './refusal.js'

const BURST = 5
const REFILL_MS = 600

/** Auth0's limit on writes of token-exchange profiles: five at once, and a hundred in a minute. */
export class WriteLimit {
  readonly #now: () => number
  #left = BURST
  #since: number

  constructor(now: () => number) {
    this.#now = now
    this.#since = now()
  }

  /** Counts one write. Refuses it by 429 where none is left; the headers say when there is one again. */
  count(): void {
    const regained = Math.floor((this.#now() - this.#since) / REFILL_MS)
    this.#left = Math.min(BURST, this.#left + regained)
    this.#since += regained * REFILL_MS
    if (this.#left === 0) {
      throw new Refusal(429, 'too_many_requests', {
        'X-RateLimit-Limit': `${BURST}`,
        'X-RateLimit-Remaining': '0',
        'X-RateLimit-Reset': `${Math.ceil((this.#since + REFILL_MS) / 1_000)}`,
      })
    }
    this.#left -= 1
  }
}
