import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Clock } from '../time/clock.js'
import { systemClock } from '../time/clock.js'
import { describeError } from '../logging/describe-error.js'
import { asOnBehalfOfError, OnBehalfOfError } from '../failures/errors.js'
import type { Caller } from '../identity/caller.js'
import { callerForLog } from '../identity/identifier-for-log.js'
import { logEvent } from '../logging/log-event.js'
import { LOGGER_OPTION, silentLog, type Logger } from '../logging/logger.js'
import { claimsWanted } from './claims-wanted.js'
import { cacheKey, type ExchangeIdentity } from './cache-key.js'
import { isDefinite, isRemembered } from './definite-refusals.js'
import { parseCacheEntry } from './parse-cache-entry.js'
import type { CacheEntry, TokenCache } from './token-cache.js'
import type { Secret } from '../secret.js'
import type {
  ExchangedToken,
  ExchangeOptions,
  TokenExchanger,
  TokenExchangeRequest,
} from './token-exchanger.js'
import { untilAborted } from '../time/until-aborted.js'

/** Where `createCachingExchanger` keeps tokens, and for how long. */
export interface CachingExchangerOptions extends ExchangeIdentity {
  readonly cache: TokenCache
  /** No token is kept longer than this. Default 1 hour. */
  readonly maxAgeMs?: number | undefined
  /** A token is no longer handed out this long before it expires. Default 30 seconds. */
  readonly expiryMarginMs?: number | undefined
  /**
   * How long a definite refusal is remembered. Default 5 seconds; 0 remembers none. A refusal of a server that holds this
   * client back is remembered for as long as it says, five minutes at most.
   */
  readonly negativeTtlMs?: number | undefined
  readonly clock?: Clock | undefined
  readonly log?: Logger | undefined
}

const OPTIONS = optionsSchema<CachingExchangerOptions & { readonly exchanger: TokenExchanger }>({
  exchanger: optionValues.withFunctions('a TokenExchanger', 'exchange'),
  cache: optionValues.withFunctions('a TokenCache', 'get', 'set', 'delete'),
  clientId: optionValues.text("our client's id at the authorization server"),
  subjectTokenType: optionValues.text('a URI'),
  exchangeIssuer: optionValues.text('an issuer identifier').optional(),
  maxAgeMs: optionValues.whole.optional(),
  expiryMarginMs: optionValues.whole.optional(),
  negativeTtlMs: optionValues.whole.optional(),
  clock: optionValues.callable.optional(),
  log: LOGGER_OPTION.optional(),
})

/**
 * Puts a cache in front of an exchanger, with the same port.
 *
 * Concurrent calls with the same request share one exchange (single-flight), which a caller that aborts does not end.
 * An exchange with claims asks anew, whatever is kept or under way without them, and its token takes the place of what was
 * kept. Where the API refused an older token, the token that was made for the same claims is the answer; where it refuses that
 * very token, the exchange rejects with the claims. An entry counts for its owner alone, until the earliest of both tokens' expiry and `maxAgeMs`, minus
 * `expiryMarginMs`. A cache that fails is a miss.
 *
 * @category Token exchange
 */
export function createCachingExchanger(
  exchanger: TokenExchanger,
  options: CachingExchangerOptions,
): Required<TokenExchanger> {
  return new CachingExchanger(exchanger, options)
}

/** For no longer than this a user's exchanges are held back, whatever the authorization server says. */
const MAX_HELD_MS = 300_000

/** For so long it is known which claims a token was made for. */
const CLAIMS_KNOWN_MS = 300_000

type Refusal = Extract<CacheEntry, { readonly refusal: unknown }>['refusal']

/** Where the token is kept; and under what an exchange with claims of its own is known: under way, refused, or made. */
interface Keys {
  readonly token: string
  readonly flight: string
}

/** What an exchange with the same claims made, and what the API refuses now. */
interface MadeBefore {
  readonly made: ExchangedToken | undefined
  readonly request: TokenExchangeRequest
  readonly replacing: Secret | undefined
}

class CachingExchanger implements Required<TokenExchanger> {
  readonly #exchanger: TokenExchanger
  readonly #options: CachingExchangerOptions
  readonly #clock: Clock
  readonly #log: Logger
  readonly #inFlight = new Map<string, Promise<ExchangedToken>>()

  readonly sendsClaims: boolean

  constructor(exchanger: TokenExchanger, options: CachingExchangerOptions) {
    assertOptions('createCachingExchanger', OPTIONS, { ...options, exchanger })
    this.#exchanger = exchanger
    this.sendsClaims = exchanger.sendsClaims === true
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#log = options.log ?? silentLog
  }

  async exchange(
    request: TokenExchangeRequest,
    { signal, replacing }: ExchangeOptions = {},
  ): Promise<ExchangedToken> {
    if (isAborted(signal)) throw cancelled(signal)
    const keys = this.#keysOf(request)
    const entry = await this.#find(keys.flight, request.caller)
    if (isAborted(signal)) throw cancelled(signal)
    if (entry !== undefined && 'refusal' in entry) {
      throw this.#repeated(entry.refusal, entry.expiresAtMs)
    }
    if (request.claims !== undefined) {
      const before = { made: entry?.token, request, replacing }
      const made = await this.#madeFor(request.claims, before)
      if (made !== undefined) return made
    } else if (entry !== undefined) {
      if (replacing?.reveal() !== entry.token.token.reveal()) return entry.token
      await this.#forget(keys.token)
    }
    const exchanging = this.#exchangeOnce(keys, request)
    // The exchange goes on whether or not this caller stays.
    return signal === undefined
      ? exchanging
      : untilAborted(exchanging, signal, () => cancelled(signal))
  }

  /**
   * What an earlier exchange with the same claims made, where that is what is kept. Throws the claims where it is that token which
   * the API refuses: another one would be no better. Else forgets the refused token.
   */
  async #madeFor(
    claims: string,
    { made, request, replacing }: MadeBefore,
  ): Promise<ExchangedToken | undefined> {
    if (replacing === undefined) return undefined
    const token = made?.token.reveal()
    if (token === replacing.reveal()) throw claimsWanted(claims)
    const kept = await this.#find(this.#keysOf(request).token, request.caller)
    const isKept = kept !== undefined && 'token' in kept && kept.token.token.reveal() === token
    if (isKept) return made
    await this.forget(request, replacing)
    return undefined
  }

  /** The same refusal. Where waiting helps, it says how much longer. */
  #repeated({ code, details }: Refusal, expiresAtMs: number): OnBehalfOfError {
    if (details.reason !== 'throttled') return new OnBehalfOfError(code, details)
    const retryAfterSeconds = Math.ceil((expiresAtMs - this.#clock()) / 1_000)
    return new OnBehalfOfError(code, { ...details, retryAfterSeconds })
  }

  async forget(request: TokenExchangeRequest, refused: Secret): Promise<void> {
    const { token: key } = this.#keysOf(request)
    const entry = await this.#find(key, request.caller)
    if (entry === undefined || 'refusal' in entry) return
    if (entry.token.token.reveal() === refused.reveal()) await this.#forget(key)
  }

  #keysOf(request: TokenExchangeRequest): Keys {
    const flight = cacheKey(request, this.#options)
    if (request.claims === undefined) return { token: flight, flight }
    return { token: cacheKey({ ...request, claims: undefined }, this.#options), flight }
  }

  /** Single-flight: the exchange that is in flight for this key, or a new one. Holds no caller's signal. */
  #exchangeOnce(keys: Keys, request: TokenExchangeRequest): Promise<ExchangedToken> {
    const underWay = this.#inFlight.get(keys.flight)
    if (underWay !== undefined) return underWay
    const exchanging = this.#exchanger
      .exchange(request)
      .then(
        (token) => {
          this.#keepToken(keys, request, token)
          return token
        },
        (thrown: unknown) => {
          const error = asOnBehalfOfError(thrown)
          void this.#keepRefusal(keys.flight, request.caller, error)
          throw error
        },
      )
      .finally(() => this.#inFlight.delete(keys.flight))
    this.#inFlight.set(keys.flight, exchanging)
    // Everybody may have left by the time it fails.
    exchanging.catch(() => undefined)
    return exchanging
  }

  /** Nobody waits for a slow store: the token could expire meanwhile. */
  #keepToken(keys: Keys, request: TokenExchangeRequest, token: ExchangedToken): void {
    const entry = { ...ownerOf(request.caller), token, ...this.#life(token, request) }
    void this.#keep(keys.token, entry)
    if (request.claims === undefined) return
    const expiresAtMs = Math.min(entry.expiresAtMs, this.#clock() + CLAIMS_KNOWN_MS)
    void this.#keep(keys.flight, { ...entry, expiresAtMs })
  }

  #life(token: ExchangedToken, { caller }: TokenExchangeRequest): { expiresAtMs: number } {
    if (token.expiresAtSeconds === undefined) return { expiresAtMs: -Infinity }
    const { maxAgeMs = 3_600_000, expiryMarginMs = 30_000 } = this.#options
    const end = Math.min(token.expiresAtSeconds, caller.expiresAtSeconds) * 1_000
    return { expiresAtMs: Math.min(end - expiryMarginMs, this.#clock() + maxAgeMs) }
  }

  async #keepRefusal(key: string, caller: Caller, error: OnBehalfOfError): Promise<void> {
    const { negativeTtlMs = 5_000 } = this.#options
    if (!isRemembered(error.code, error.details)) return
    const { retryAfterSeconds = 0 } = isDefinite(error.code) ? {} : error.details
    const heldMs = Math.min(retryAfterSeconds * 1_000, MAX_HELD_MS)
    const ageMs = negativeTtlMs === 0 ? 0 : Math.max(negativeTtlMs, heldMs)
    const refusal = { code: error.code, details: { ...error.details, cause: undefined } }
    await this.#keep(key, { ...ownerOf(caller), refusal, expiresAtMs: this.#clock() + ageMs })
  }

  async #find(key: string, caller: Caller): Promise<CacheEntry | undefined> {
    const entry = await this.#tried('get', async () =>
      parseCacheEntry(await this.#options.cache.get(key)),
    )
    if (entry === undefined) return undefined
    if (entry.issuer !== caller.issuer || entry.subject !== caller.subject) {
      const { subject } = callerForLog(caller)
      logEvent(this.#log, 'error', { event: 'cache_owner_mismatch', security: true, subject })
      await this.#forget(key)
      return undefined
    }
    if (entry.expiresAtMs > this.#clock()) return entry
    await this.#forget(key)
    return undefined
  }

  async #keep(key: string, entry: CacheEntry): Promise<void> {
    if (!(entry.expiresAtMs > this.#clock())) return
    await this.#tried('set', () => this.#options.cache.set(key, entry))
  }

  async #forget(key: string): Promise<void> {
    await this.#tried('delete', () => this.#options.cache.delete(key))
  }

  /** What the cache answers; `undefined` where it fails, whether by a rejection or by throwing at once. */
  async #tried<T>(operation: string, run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run()
    } catch (error) {
      this.#failed(operation, error)
      return undefined
    }
  }

  #failed(operation: string, error: unknown): void {
    logEvent(this.#log, 'warn', {
      event: 'token_cache_failed',
      operation,
      err: describeError(error),
    })
  }
}

function ownerOf({ issuer, subject }: Caller): { issuer: string; subject: string } {
  return { issuer, subject }
}

function isAborted(
  signal: AbortSignal | undefined,
): signal is AbortSignal & { readonly aborted: true } {
  return signal?.aborted === true
}

function cancelled({ reason }: AbortSignal): OnBehalfOfError {
  return new OnBehalfOfError('cancelled', { cause: reason })
}
