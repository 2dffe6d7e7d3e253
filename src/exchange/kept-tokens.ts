import { callerForLog } from '../identity/identifier-for-log.js'
import { describeError } from '../logging/describe-error.js'
import { logEvent } from '../logging/log-event.js'
import { silentLog, type Logger } from '../logging/logger.js'
import type { CacheResult } from '../observability/pipeline-observer.js'
import { StoreUnavailableError } from '../store/store.js'
import type { Secret } from '../secret.js'
import type { Clock } from '../time/clock.js'
import { parseCacheEntry } from './parse-cache-entry.js'
import type { CacheEntry, TokenCache } from './token-cache.js'
import type { TokenExchangeRequest } from './token-exchanger.js'

/** Whose entry it is, and the token that was exchanged for it. */
type KeptFor = Pick<TokenExchangeRequest, 'caller' | 'subjectToken'>

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

  async find(key: string, request: KeptFor, refused?: Secret): Promise<CacheEntry | undefined> {
    return (await this.lookUp(key, request, refused)).entry
  }

  /** `refused`: a token that the API no longer accepts. It may be found all the same. */
  async lookUp(key: string, { caller, subjectToken }: KeptFor, refused?: Secret): Promise<Found> {
    const found = await this.#tried('get', async () => ({
      entry: parseCacheEntry(await this.#cache.get(key, { subjectToken, refused })),
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

  async keep(key: string, entry: CacheEntry, { subjectToken }: KeptFor): Promise<void> {
    if (!(entry.expiresAtMs > this.#clock())) return
    await this.#tried('set', () => this.#cache.set(key, entry, { subjectToken }))
  }

  async forget(key: string): Promise<void> {
    await this.#tried('delete', () => this.#cache.delete(key))
  }

  /** What the cache answers; `undefined` where it fails, whether by a rejection or by throwing at once. */
  async #tried<T>(operation: string, run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run()
    } catch (error) {
      // Told by the store itself, once.
      if (error instanceof StoreUnavailableError) return undefined
      logEvent(this.#log, 'warn', {
        event: 'token_cache_failed',
        operation,
        err: describeError(error),
      })
      return undefined
    }
  }
}
