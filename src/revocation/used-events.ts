import { LRUCache } from 'lru-cache'
import { entriesAtMost } from '../cache/entries-at-most.js'
import { digestedKey } from '../store/digested-key.js'
import type { Store } from '../store/store.js'
import type { EventToken } from './verify-event-token.js'

const MAX_REMEMBERED = 100_000

/**
 * Which tokens were used: each counts once, in all instances where they share a store. A token is used once all that it says is done: one
 * that could not be applied may come again.
 *
 * While the store cannot be had, each counts once in each instance, and two that come at once may both be applied. That opens nothing: a
 * sign-out that is applied twice is the same as once.
 */
export class UsedEvents {
  readonly #store: Pick<Store, 'get' | 'set'> | undefined
  readonly #used = new LRUCache<string, true>(entriesAtMost(MAX_REMEMBERED))

  constructor(store: Pick<Store, 'get' | 'set'> | undefined) {
    this.#store = store
  }

  /** Resolves with whether the token was used. Never rejects. */
  async has({ issuer, id }: EventToken): Promise<boolean> {
    const key = keyOf(issuer, id)
    if (this.#used.has(key)) return true
    try {
      return (await this.#store?.get(key)) !== undefined
    } catch {
      return false
    }
  }

  /** It has been applied. Never rejects. */
  async add({ issuer, id }: EventToken, ttlMs: number): Promise<void> {
    const key = keyOf(issuer, id)
    this.#used.set(key, true)
    await this.#store?.set(key, USED, { ttlMs: Math.max(1, ttlMs) }).catch(() => undefined)
  }
}

const USED = Buffer.from('1')

function keyOf(issuer: string, id: string): string {
  return digestedKey('j', JSON.stringify([issuer, id]))
}
