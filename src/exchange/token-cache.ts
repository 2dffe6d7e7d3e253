import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { EXCHANGE_DEFAULTS } from './exchange-defaults.js'
import type { ExchangeLocks } from './exchange-locks.js'
import { BoundedCache } from '../cache/bounded-cache.js'
import { systemClock, type Clock } from '../time/clock.js'
import type { Secret } from '../secret.js'
import type { FailureCode, FailureDetails } from '../failures/errors.js'
import type { ExchangedToken } from './token-exchanger.js'

/** Whose entry it is: compared with the caller on every hit, whatever the key says. */
export interface CacheOwner {
  readonly issuer: string
  readonly subject: string
}

/** A token or a definite refusal, with its owner and the time after which it counts no longer. */
export type CacheEntry = CacheOwner & {
  /** Epoch milliseconds from which the entry counts no longer. */
  readonly expiresAtMs: number
} & (
    | { readonly token: ExchangedToken }
    /** A definite refusal of this very exchange. */
    | { readonly refusal: { readonly code: FailureCode; readonly details: FailureDetails } }
  )

/** What is at hand whenever an entry is kept or looked for. */
export interface CacheContext {
  /** The token that is or was exchanged: whoever has the entry alone does not have it. */
  readonly subjectToken: Secret
  /** A token that the API no longer accepts: where several processes share a cache, one of them may have kept another. */
  readonly refused?: Secret | undefined
}

/**
 * The port to a store of exchanged tokens, such as Redis.
 *
 * A store may forget an entry at any time and keep it too long: the reader checks owner and expiry. It has to bound
 * its own time, since a `get` that never settles holds the call. A `get` that rejects is a miss.
 *
 * @category Token exchange
 */
export interface TokenCache {
  /** Resolves with the entry that was last set, or with `undefined`. */
  get(key: string, context?: CacheContext): Promise<CacheEntry | undefined>
  /** Keeps an entry in place of any before it. */
  set(key: string, entry: CacheEntry, context?: CacheContext): Promise<void>
  /** Forgets an entry; does nothing where there is none. */
  delete(key: string): Promise<void>
  /**
   * Says which of the processes that share the cache makes an exchange, so that the others wait for its token. Default: each
   * process exchanges for itself.
   */
  readonly locks?: ExchangeLocks | undefined
}

/** How much `createMemoryTokenCache` keeps. */
export interface MemoryTokenCacheOptions {
  /** Default 30000. Beyond it, an entry goes that was chosen by chance among those that have expired or were not used of late. */
  readonly maxEntries?: number | undefined
  readonly clock?: Clock | undefined
  /** Chooses what is forgotten: at least 0 and less than 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

const OPTIONS = optionsSchema<MemoryTokenCacheOptions>({
  maxEntries: optionValues.count.optional(),
  clock: optionValues.callable.optional(),
  random: optionValues.callable.optional(),
})

/**
 * Keeps exchanged tokens in this process, in a bounded number. One user has at most a sixteenth of it, or 64 where that is
 * more; further tokens of that user are not kept.
 *
 * @category Token exchange
 */
export function createMemoryTokenCache(options: MemoryTokenCacheOptions = {}): TokenCache {
  assertOptions('createMemoryTokenCache', OPTIONS, options)
  const { maxEntries = EXCHANGE_DEFAULTS.cacheEntries, clock = systemClock, random } = options
  const entries = new BoundedCache<CacheEntry>({ maxEntries, clock, random })
  return {
    get: (key) => Promise.resolve(entries.get(key)),
    set: (key, entry) => {
      const { subject: owner, expiresAtMs } = entry
      entries.set(key, { value: entry, owner, expiresAtMs })
      return Promise.resolve()
    },
    delete: (key) => {
      entries.delete(key)
      return Promise.resolve()
    },
  }
}
