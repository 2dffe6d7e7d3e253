import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { backgroundTimers, systemClock, type Clock, type Timers } from '../time/clock.js'
import { asOnBehalfOfError, OnBehalfOfError } from '../failures/errors.js'
import { LOGGER_OPTION, type Logger } from '../logging/logger.js'
import { claimsWanted } from './claims-wanted.js'
import { cacheKey, type ExchangeIdentity } from './cache-key.js'
import type { ExchangeLock } from './exchange-locks.js'
import { KeptTokens } from './kept-tokens.js'
import { refusalEntry, repeatedRefusal, tokenEntry, type EntryLives } from './new-cache-entries.js'
import { SharedFlights } from './shared-flights.js'
import type { CacheEntry, TokenCache } from './token-cache.js'
import type { Secret } from '../secret.js'
import type {
  ExchangedToken,
  ExchangeOptions,
  TokenExchanger,
  TokenExchangeRequest,
} from './token-exchanger.js'
import { PIPELINE_OBSERVER_OPTION } from '../observability/pipeline-observer-option.js'
import type { CacheResult, PipelineObserver } from '../observability/pipeline-observer.js'
import type { ExchangeSpan } from '../observability/tracing.js'
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
  /**
   * How long another process that shares the cache is waited for, in milliseconds: longer than an exchange may take. Default 6000.
   */
  readonly leaseMs?: number | undefined
  readonly clock?: Clock | undefined
  readonly timers?: Timers | undefined
  readonly log?: Logger | undefined
  /** Sees what each look into the cache came to. Default: nobody does. */
  readonly observer?: PipelineObserver | undefined
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
  leaseMs: optionValues.milliseconds.optional(),
  clock: optionValues.callable.optional(),
  timers: optionValues.withFunctions('Timers', 'after').optional(),
  log: LOGGER_OPTION.optional(),
  observer: PIPELINE_OBSERVER_OPTION.optional(),
})

/**
 * Puts a cache in front of an exchanger, with the same port.
 *
 * Concurrent calls with the same request share one exchange (single-flight), which a caller that aborts does not end. Where the cache
 * has `locks`, so do those of all processes that share it.
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

/** For so long it is known which claims a token was made for. */
const CLAIMS_KNOWN_MS = 300_000

/** Where the token is kept; and under what an exchange with claims of its own is known: under way, refused, or made. */
interface Keys {
  readonly token: string
  readonly flight: string
}

/** An exchange under way, and the span of the caller that has begun it. */
interface Flight {
  readonly exchanging: Promise<ExchangedToken>
  readonly span: ExchangeSpan | undefined
}

/** What an exchange is begun for. */
interface Begun extends Pick<ExchangeOptions, 'replacing' | 'onSource' | 'span'> {
  /** What was kept when it was asked for, and is not the answer. */
  readonly past: CacheEntry | undefined
}

/** What an exchange with the same claims made, and what the API refuses now. */
interface MadeBefore extends Pick<ExchangeOptions, 'replacing' | 'onSource'> {
  readonly made: ExchangedToken | undefined
  readonly request: TokenExchangeRequest
}

class CachingExchanger implements Required<TokenExchanger> {
  readonly #exchanger: TokenExchanger
  readonly #options: CachingExchangerOptions
  readonly #clock: Clock
  readonly #kept: KeptTokens
  readonly #inFlight = new Map<string, Flight>()
  readonly #shared: SharedFlights | undefined

  readonly sendsClaims: boolean

  constructor(exchanger: TokenExchanger, options: CachingExchangerOptions) {
    assertOptions('createCachingExchanger', OPTIONS, { ...options, exchanger })
    this.#exchanger = exchanger
    this.sendsClaims = exchanger.sendsClaims === true
    this.#options = options
    this.#clock = options.clock ?? systemClock
    const { cache, log, leaseMs = 6_000, timers = backgroundTimers } = options
    this.#kept = new KeptTokens(cache, { clock: this.#clock, log })
    const waiting = { kept: this.#kept, leaseMs, clock: this.#clock, timers, log }
    this.#shared = cache.locks && new SharedFlights({ locks: cache.locks, ...waiting })
  }

  async exchange(
    request: TokenExchangeRequest,
    { signal, replacing, onSource, span }: ExchangeOptions = {},
  ): Promise<ExchangedToken> {
    if (isAborted(signal)) throw cancelled(signal)
    const keys = this.#keysOf(request)
    const { entry, miss } = await this.#kept.lookUp(keys.flight, request, replacing)
    if (isAborted(signal)) throw cancelled(signal)
    if (miss !== undefined) this.#tell(miss)
    if (entry !== undefined && 'refusal' in entry) {
      this.#tell('refusal')
      onSource?.('cached')
      throw repeatedRefusal(entry, this.#clock())
    }
    if (request.claims !== undefined) {
      const before = { made: entry?.token, request, replacing, onSource }
      const made = await this.#madeFor(request.claims, before)
      if (entry !== undefined) this.#tell(made === undefined ? 'replaced' : 'hit')
      if (made !== undefined) {
        onSource?.('cached')
        return made
      }
    } else if (entry !== undefined) {
      if (replacing?.reveal() !== entry.token.token.reveal()) {
        onSource?.('cached')
        this.#tell('hit')
        return entry.token
      }
      this.#tell('replaced')
      await this.#kept.forget(keys.token)
    }
    const underWay = this.#inFlight.get(keys.flight)
    if (underWay !== undefined) onSource?.('joined', underWay.span)
    const begun = { past: entry, replacing, onSource, span }
    const { exchanging } = underWay ?? this.#begin(keys, request, begun)
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
    { made, request, replacing, onSource }: MadeBefore,
  ): Promise<ExchangedToken | undefined> {
    if (replacing === undefined) return undefined
    const token = made?.token.reveal()
    if (token === replacing.reveal()) {
      this.#tell('replaced')
      onSource?.('cached')
      throw claimsWanted(claims)
    }
    const kept = await this.#kept.find(this.#keysOf(request).token, request, replacing)
    const isKept = kept !== undefined && 'token' in kept && kept.token.token.reveal() === token
    if (isKept) return made
    await this.forget(request, replacing)
    return undefined
  }

  async forget(request: TokenExchangeRequest, refused: Secret): Promise<void> {
    const { token: key } = this.#keysOf(request)
    const entry = await this.#kept.find(key, request, refused)
    if (entry === undefined || 'refusal' in entry) return
    if (entry.token.token.reveal() === refused.reveal()) await this.#kept.forget(key)
  }

  #keysOf(request: TokenExchangeRequest): Keys {
    const flight = cacheKey(request, this.#options)
    if (request.claims === undefined) return { token: flight, flight }
    return { token: cacheKey({ ...request, claims: undefined }, this.#options), flight }
  }

  /** Begins an exchange that others can join. It holds no caller's signal. */
  #begin(keys: Keys, request: TokenExchangeRequest, begun: Begun): Flight {
    const exchanging = this.#exchanged(keys, request, begun).finally(() =>
      this.#inFlight.delete(keys.flight),
    )
    const flight = { exchanging, span: begun.span }
    this.#inFlight.set(keys.flight, flight)
    // Everybody may have left by the time it fails.
    exchanging.catch(() => undefined)
    return flight
  }

  /** What another process has made meanwhile, or a new token. */
  async #exchanged(
    keys: Keys,
    request: TokenExchangeRequest,
    { past, replacing, onSource }: Begun,
  ): Promise<ExchangedToken> {
    const flight = { key: keys.flight, request, refused: replacing, past }
    const { token, lock } = this.#shared === undefined ? {} : await this.#shared.board(flight)
    onSource?.(token === undefined ? 'new' : 'joined')
    return token ?? this.#made(keys, request, lock)
  }

  async #made(
    keys: Keys,
    request: TokenExchangeRequest,
    lock: ExchangeLock | undefined,
  ): Promise<ExchangedToken> {
    try {
      const token = await this.#exchanger.exchange(request)
      // Nobody waits for a slow store: the token could expire meanwhile.
      void this.#keepToken(keys, request, token).then(() => lock?.release())
      return token
    } catch (thrown) {
      const error = asOnBehalfOfError(thrown)
      const entry = refusalEntry(error, request, this.#lives())
      if (entry !== undefined) void this.#kept.keep(keys.flight, entry, request)
      void lock?.release()
      throw error
    }
  }

  async #keepToken(
    keys: Keys,
    request: TokenExchangeRequest,
    token: ExchangedToken,
  ): Promise<void> {
    const entry = tokenEntry(token, request, this.#lives())
    const keeping = [this.#kept.keep(keys.token, entry, request)]
    if (request.claims !== undefined) {
      const expiresAtMs = Math.min(entry.expiresAtMs, this.#clock() + CLAIMS_KNOWN_MS)
      keeping.push(this.#kept.keep(keys.flight, { ...entry, expiresAtMs }, request))
    }
    await Promise.all(keeping)
  }

  #lives(): EntryLives & { readonly nowMs: number } {
    const { maxAgeMs, expiryMarginMs, negativeTtlMs } = this.#options
    return { maxAgeMs, expiryMarginMs, negativeTtlMs, nowMs: this.#clock() }
  }

  #tell(result: CacheResult): void {
    this.#options.observer?.cacheLookedUp?.({ cache: 'exchanged_tokens', result })
  }
}

function isAborted(
  signal: AbortSignal | undefined,
): signal is AbortSignal & { readonly aborted: true } {
  return signal?.aborted === true
}

function cancelled({ reason }: AbortSignal): OnBehalfOfError {
  return new OnBehalfOfError('cancelled', { cause: reason })
}
