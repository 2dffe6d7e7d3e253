import type { Caller } from '../identity/caller.js'
import { callerForLog } from '../identity/identifier-for-log.js'
import { describeError } from '../logging/describe-error.js'
import { logEvent } from '../logging/log-event.js'
import { silentLog, type Logger } from '../logging/logger.js'
import type { CacheResult } from '../observability/pipeline-observer.js'
import type { Clock } from '../time/clock.js'
import { parseCacheEntry } from './parse-cache-entry.js'
import type { CacheEntry, TokenCache } from './token-cache.js'

/** What is kept, or why there is nothing. */
export interface Found {
  readonly entry?: CacheEntry | undefined
  readonly miss?: CacheResult | undefined
}

/** What a cache keeps, for its owner alone and until it expires. Never rejects: a cache that fails is a miss. */
export class KeptTokens {
  readonly #cache: TokenCache
  readonly #clock: Clock
  readonly #log: Logger

  constructor(
    cache: TokenCache,
    { clock, log = silentLog }: { readonly clock: Clock; readonly log?: Logger | undefined },
  ) {
    this.#cache = cache
    this.#clock = clock
    this.#log = log
  }

  async find(key: string, caller: Caller): Promise<CacheEntry | undefined> {
    return (await this.lookUp(key, caller)).entry
  }

  async lookUp(key: string, caller: Caller): Promise<Found> {
    const found = await this.#tried('get', async () => ({
      entry: parseCacheEntry(await this.#cache.get(key)),
    }))
    if (found === undefined) return { miss: 'store_failed' }
    const { entry } = found
    if (entry === undefined) return { miss: 'absent' }
    if (entry.issuer !== caller.issuer || entry.subject !== caller.subject) {
      const { subject } = callerForLog(caller)
      logEvent(this.#log, 'error', { event: 'cache_owner_mismatch', security: true, subject })
      await this.forget(key)
      return { miss: 'other_owner' }
    }
    if (entry.expiresAtMs > this.#clock()) return { entry }
    await this.forget(key)
    return { miss: 'expired' }
  }

  async keep(key: string, entry: CacheEntry): Promise<void> {
    if (!(entry.expiresAtMs > this.#clock())) return
    await this.#tried('set', () => this.#cache.set(key, entry))
  }

  async forget(key: string): Promise<void> {
    await this.#tried('delete', () => this.#cache.delete(key))
  }

  /** What the cache answers; `undefined` where it fails, whether by a rejection or by throwing at once. */
  async #tried<T>(operation: string, run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run()
    } catch (error) {
      logEvent(this.#log, 'warn', {
        event: 'token_cache_failed',
        operation,
        err: describeError(error),
      })
      return undefined
    }
  }
}
