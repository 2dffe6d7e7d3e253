import { LRUCache } from 'lru-cache'
import { digestedKey } from '../store/digested-key.js'
import type { Store } from '../store/store.js'
import type { EventToken } from './verify-event-token.js'

const MAX_REMEMBERED = 100_000

/**
 * Which tokens were used: each counts once, in all instances where they share a store.
 *
 * While the store cannot be had, each counts once in each instance. That opens nothing: a sign-out that is applied twice is the same
 * as once.
 */
export class UsedEvents {
  readonly #store: Pick<Store, 'set' | 'delete'> | undefined
  readonly #used = new LRUCache<string, true>({ max: MAX_REMEMBERED })

  constructor(store: Pick<Store, 'set' | 'delete'> | undefined) {
    this.#store = store
  }

  /** Resolves with whether the token is the first of its `jti`. Never rejects. */
  async take({ issuer, id }: EventToken, ttlMs: number): Promise<boolean> {
    const key = keyOf(issuer, id)
    if (this.#used.has(key)) return false
    this.#used.set(key, true)
    try {
      const options = { ttlMs: Math.max(1, ttlMs), onlyIfAbsent: true }
      return (await this.#store?.set(key, new Uint8Array(), options)) ?? true
    } catch {
      return true
    }
  }

  /** What it says could not be done, so that it may come again. */
  async giveBack({ issuer, id }: EventToken): Promise<void> {
    const key = keyOf(issuer, id)
    this.#used.delete(key)
    await this.#store?.delete(key).catch(() => undefined)
  }
}

function keyOf(issuer: string, id: string): string {
  return digestedKey('j', JSON.stringify([issuer, id]))
}
