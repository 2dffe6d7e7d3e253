import { LOGGER_OPTION, silentLog, type Logger } from '../logging/logger.js'
import { logEvent } from '../logging/log-event.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Secret } from '../secret.js'
import { EntrySeal } from '../store/entry-seal.js'
import { MASTER_KEYS_OPTION } from '../store/shared-state.js'
import type { Store } from '../store/store.js'
import { systemClock, type Clock } from '../time/clock.js'
import { cacheEntryOf, cacheEntryText } from './cache-entry-text.js'
import { createExchangeLocks, type ExchangeLocks } from './exchange-locks.js'
import { parseCacheEntry } from './parse-cache-entry.js'
import {
  createMemoryTokenCache,
  type CacheContext,
  type CacheEntry,
  type TokenCache,
} from './token-cache.js'

/** Where `createSharedTokenCache` keeps tokens. */
export interface SharedTokenCacheOptions {
  readonly store: Store
  /**
   * Master keys of 32 characters or more, the same in all instances. The first seals, all open, so that a key can be replaced.
   */
  readonly keys: readonly Secret[]
  /** What this process keeps in front of the store. Default: `createMemoryTokenCache()`. */
  readonly local?: TokenCache | undefined
  /** Default: none. */
  readonly log?: Logger | undefined
  readonly clock?: Clock | undefined
}

const OPTIONS = optionsSchema<SharedTokenCacheOptions>({
  store: optionValues.withFunctions('a Store', 'get', 'set', 'delete', 'run'),
  keys: MASTER_KEYS_OPTION,
  local: optionValues.withFunctions('a TokenCache', 'get', 'set', 'delete').optional(),
  log: LOGGER_OPTION.optional(),
  clock: optionValues.callable.optional(),
})

/**
 * Creates a cache of exchanged tokens that several processes share: what one has exchanged, none of the others exchanges. Where
 * several want the same token at once, one exchanges and the others wait for it.
 *
 * What lies in the store is sealed (AES-256-GCM) by a key that is derived from a master key, the cache key and the user's own token.
 * So a stolen store opens nothing, not even with the master key. What does not open is a miss, and is forgotten. Refusals stay in
 * this process. While the store cannot be had, `get` rejects, and the exchange takes place; what this process keeps is found as
 * before. Throws a `TypeError` that names every issue of the options.
 *
 * @category Shared state
 */
export function createSharedTokenCache(options: SharedTokenCacheOptions): TokenCache {
  assertOptions('createSharedTokenCache', OPTIONS, options)
  return new SharedTokenCache(options)
}

class SharedTokenCache implements TokenCache {
  readonly locks: ExchangeLocks
  readonly #store: Store
  readonly #seal: EntrySeal
  readonly #local: TokenCache
  readonly #log: Logger
  readonly #clock: Clock

  constructor(options: SharedTokenCacheOptions) {
    const { store, keys, clock = systemClock, log = silentLog } = options
    this.#store = store
    this.locks = createExchangeLocks(store)
    this.#seal = new EntrySeal(keys)
    this.#local = options.local ?? createMemoryTokenCache({ clock })
    this.#log = log
    this.#clock = clock
  }

  async get(cacheKey: string, context?: CacheContext): Promise<CacheEntry | undefined> {
    const near = await this.#local.get(cacheKey, context)
    if (context === undefined || (near !== undefined && !isRefused(near, context))) return near
    try {
      return (await this.#far(cacheKey, context)) ?? near
    } catch (error) {
      if (near === undefined) throw error
      return near
    }
  }

  async #far(cacheKey: string, context: CacheContext): Promise<CacheEntry | undefined> {
    const sealed = await this.#store.get(storeKey(cacheKey))
    if (sealed === undefined) return undefined
    const { subjectToken } = context
    const text = this.#seal.open(sealed, { key: cacheKey, secret: subjectToken })
    const entry = text === undefined ? undefined : parseCacheEntry(cacheEntryOf(text))
    if (entry === undefined) {
      logEvent(this.#log, 'warn', { event: 'shared_token_unreadable', hint: UNREADABLE })
      await this.#store.delete(storeKey(cacheKey))
      return undefined
    }
    await this.#local.set(cacheKey, entry, context)
    return entry
  }

  async set(cacheKey: string, entry: CacheEntry, context?: CacheContext): Promise<void> {
    await this.#local.set(cacheKey, entry, context)
    const ttlMs = entry.expiresAtMs - this.#clock()
    if (context === undefined || !('token' in entry) || !(ttlMs >= 1)) return
    const { subjectToken } = context
    const sealed = this.#seal.seal(cacheEntryText(entry), { key: cacheKey, secret: subjectToken })
    await this.#store.set(storeKey(cacheKey), sealed, { ttlMs: Math.floor(ttlMs) })
  }

  async delete(cacheKey: string): Promise<void> {
    await this.#local.delete(cacheKey)
    await this.#store.delete(storeKey(cacheKey))
  }
}

const UNREADABLE =
  'An exchanged token in the shared store could not be opened, and is forgotten. Use the same STORE_KEY in all instances; while a key is replaced, all of them need both.'

/** Another process may have kept a newer one. */
function isRefused(entry: CacheEntry, { refused }: CacheContext): boolean {
  return 'token' in entry && entry.token.token.reveal() === refused?.reveal()
}

function storeKey(cacheKey: string): string {
  return `t:${cacheKey}`
}
