import { describeError } from '../logging/describe-error.js'
import { logEvent } from '../logging/log-event.js'
import { silentLog, type Logger } from '../logging/logger.js'
import type { Secret } from '../secret.js'
import { StoreUnavailableError } from '../store/store.js'
import type { Clock, Timers } from '../time/clock.js'
import type { ExchangeLock, ExchangeLocks } from './exchange-locks.js'
import type { Found, KeptTokens } from './kept-tokens.js'
import type { CacheEntry } from './token-cache.js'
import type { ExchangedToken, TokenExchangeRequest } from './token-exchanger.js'

export interface SharedFlightsOptions {
  readonly locks: ExchangeLocks
  readonly kept: KeptTokens
  /** How long a lock lasts, and the longest wait for another process. */
  readonly leaseMs: number
  readonly clock: Clock
  readonly timers: Timers
  readonly log?: Logger | undefined
}

/** One exchange that several processes may want at the same time. */
export interface SharedFlight {
  readonly key: string
  readonly request: TokenExchangeRequest
  /** A token that the API no longer accepts: it is not the answer. */
  readonly refused: Secret | undefined
  /** What was kept when the exchange was asked for: it is not the answer either. */
  readonly past: CacheEntry | undefined
}

/** A token that another process has made; or none, and then the caller exchanges, with the lock where it has got it. */
export interface Boarded {
  readonly token?: ExchangedToken | undefined
  readonly lock?: ExchangeLock | undefined
}

const FIRST_PAUSE_MS = 25
const LONGEST_PAUSE_MS = 200

/**
 * Has one of several processes make an exchange. The others wait for its token, for as long as it holds the lock and no longer than a
 * lease; then they exchange themselves. A store that fails holds nobody up. Never rejects.
 */
export class SharedFlights {
  readonly #options: SharedFlightsOptions

  constructor(options: SharedFlightsOptions) {
    this.#options = options
  }

  async board(flight: SharedFlight): Promise<Boarded> {
    const { locks, clock, leaseMs } = this.#options
    const endsAtMs = clock() + leaseMs
    // Sent together, in this order: what was kept before the lock was given back is found.
    const [acquired, found] = await Promise.all([
      this.#tried(() => locks.acquire(flight.key, leaseMs)),
      this.#find(flight),
    ])
    const token = tokenOf(found, flight)
    if (acquired?.result !== undefined) {
      const lock = this.#quiet(acquired.result)
      if (token === undefined) return { lock }
      void lock.release()
      return { token }
    }
    if (acquired === undefined || token !== undefined) return { token }
    return { token: await this.#wait(flight, endsAtMs) }
  }

  async #wait(flight: SharedFlight, endsAtMs: number): Promise<ExchangedToken | undefined> {
    const { locks, clock, timers } = this.#options
    let pauseMs = FIRST_PAUSE_MS
    while (clock() < endsAtMs) {
      await pause(timers, Math.min(pauseMs, endsAtMs - clock()))
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      // In this order: the token is kept before the lock is given back.
      const held = await this.#tried(() => locks.isHeld(flight.key))
      const found = await this.#find(flight)
      const token = tokenOf(found, flight)
      if (token !== undefined || held?.result !== true || found.miss === 'store_failed') {
        return token
      }
    }
    return undefined
  }

  #find({ key, request, refused }: SharedFlight): Promise<Found> {
    return this.#options.kept.lookUp(key, request, refused)
  }

  #quiet(lock: ExchangeLock): ExchangeLock {
    return {
      release: async () => {
        await this.#tried(() => lock.release())
      },
    }
  }

  /** What the locks answer; `undefined` where they fail. */
  async #tried<T>(ask: () => Promise<T>): Promise<{ readonly result: T } | undefined> {
    try {
      return { result: await ask() }
    } catch (error) {
      // Told by the store itself, once.
      if (error instanceof StoreUnavailableError) return undefined
      const { log = silentLog } = this.#options
      const err = describeError(error)
      logEvent(log, 'warn', { event: 'token_cache_failed', operation: 'lock', err })
      return undefined
    }
  }
}

function tokenOf({ entry }: Found, { refused, past }: SharedFlight): ExchangedToken | undefined {
  const token = entry !== undefined && 'token' in entry ? entry.token : undefined
  const passed = past !== undefined && 'token' in past ? past.token.token : undefined
  const text = token?.token.reveal()
  return text === refused?.reveal() || text === passed?.reveal() ? undefined : token
}

function pause(timers: Timers, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(ms, resolve)
  })
}
