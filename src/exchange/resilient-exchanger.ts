import { z } from 'zod'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { EXCHANGE_DEFAULTS } from './exchange-defaults.js'
import { systemClock, systemTimers, type Clock, type Timers } from '../time/clock.js'
import { asOnBehalfOfError, OnBehalfOfError } from '../failures/errors.js'
import { userKeyOf } from '../identity/caller.js'
import { logEvent } from '../logging/log-event.js'
import { LOGGER_OPTION, silentLog, type Logger } from '../logging/logger.js'
import { exchangeOutage } from './exchange-outage.js'
import { exchangePlace } from './exchange-place.js'
import { IssuerGuard } from './issuer-guard.js'
import { PIPELINE_OBSERVER_OPTION } from '../observability/pipeline-observer-option.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import type { RateLimit } from './rate-limits.js'
import { SharedRateShare } from './rate-share.js'
import { SHARED_COUNTS_OPTION, type SharedCounts } from '../store/shared-state.js'
import type {
  ExchangedToken,
  ExchangeOptions,
  TokenExchanger,
  TokenExchangeRequest,
} from './token-exchanger.js'
import { linkedAbort } from '../time/linked-abort.js'
import { afterTurns } from '../time/turns-of-the-loop.js'
import { untilAborted } from '../time/until-aborted.js'

/** How long `createResilientExchanger` waits, how fast it goes, and when it stops asking. */
export interface ResilientExchangerOptions {
  /** For the whole exchange: waiting for a turn, both tries and the pause between. Default 5000. */
  readonly timeoutMs?: number | undefined
  /** The mean pause before the one retry; the actual one lies between half and one and a half of it. Default 200. */
  readonly retryPauseMs?: number | undefined
  /**
   * Exchanges a second, all users together. Default 8: what Auth0 allows on its smallest paid plans. Goes slower by
   * itself as the rate-limit headers of the answers say that less is left.
   */
  readonly ratePerSecond?: number | undefined
  /** The instances that share `ratePerSecond`, by their users. Default: it is this process's alone. */
  readonly shared?: SharedCounts | undefined
  /**
   * After how many failures in a row nothing is let through, and for how long. Default 5, and 10 seconds. Failures that
   * may be one user's own stop that user alone, until a second user meets them too.
   */
  readonly breaker?: {
    readonly threshold?: number | undefined
    readonly openMs?: number | undefined
  }
  /** Where all exchanges take place, whosever tokens they are. Default: at the issuer of each token. */
  readonly exchangeIssuer?: string | undefined
  /** At which issuer the tokens of an issuer are exchanged, where one tenant has several. Default: at that one. */
  readonly primaryOf?: ((issuer: string) => string) | undefined
  readonly clock?: Clock | undefined
  readonly timers?: Timers | undefined
  /** A number from 0 (inclusive) to 1. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
  readonly log?: Logger | undefined
  /** Sees waits for a turn, and when exchanges are held back. Default: nobody does. */
  readonly observer?: PipelineObserver | undefined
}

const OPTIONS = optionsSchema<ResilientExchangerOptions & { readonly exchanger: TokenExchanger }>({
  exchanger: optionValues.withFunctions('a TokenExchanger', 'exchange'),
  timeoutMs: optionValues.milliseconds.optional(),
  retryPauseMs: optionValues.whole.optional(),
  ratePerSecond: z.number().positive('must be a number of exchanges a second').optional(),
  shared: SHARED_COUNTS_OPTION.optional(),
  breaker: optionsSchema<NonNullable<ResilientExchangerOptions['breaker']>>({
    threshold: optionValues.count.optional(),
    openMs: optionValues.milliseconds.optional(),
  }).optional(),
  exchangeIssuer: optionValues.text('an issuer identifier').optional(),
  primaryOf: optionValues.callable.optional(),
  clock: optionValues.callable.optional(),
  timers: optionValues.withFunctions('Timers', 'after').optional(),
  random: optionValues.callable.optional(),
  log: LOGGER_OPTION.optional(),
  observer: PIPELINE_OBSERVER_OPTION.optional(),
})

/**
 * Adds a deadline, one retry, a circuit breaker for each issuer, and a fair rate limit to an exchanger, with the same
 * port. A failure that one user alone meets stops that user only.
 *
 * Adds rejections with `exchange_unavailable` (`timed_out`, `breaker_open`, `held_back`, `queue_full`). An aborted
 * call rejects with the signal's reason and does not count as a failure.
 *
 * @category Token exchange
 */
export function createResilientExchanger(
  exchanger: TokenExchanger,
  options: ResilientExchangerOptions = {},
): TokenExchanger {
  return new ResilientExchanger(exchanger, options)
}

class ResilientExchanger implements TokenExchanger {
  readonly #exchanger: TokenExchanger
  readonly #options: ResilientExchangerOptions
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #log: Logger
  readonly #guards = new Map<string, IssuerGuard>()

  readonly sendsClaims: boolean

  constructor(exchanger: TokenExchanger, options: ResilientExchangerOptions) {
    assertOptions('createResilientExchanger', OPTIONS, { ...options, exchanger })
    const { clock = systemClock, timers = systemTimers, log = silentLog } = options
    this.#exchanger = exchanger
    this.sendsClaims = exchanger.sendsClaims === true
    this.#options = options
    this.#clock = clock
    this.#timers = timers
    this.#log = log
  }

  async exchange(
    request: TokenExchangeRequest,
    { signal, ...options }: ExchangeOptions = {},
  ): Promise<ExchangedToken> {
    const ends = linkedAbort(signal)
    const timeoutMs = this.#options.timeoutMs ?? EXCHANGE_DEFAULTS.timeoutMs
    const timer = afterTurns(this.#timers, timeoutMs, () => {
      ends.abort(exchangeOutage('timed_out'))
    })
    const either = ends.signal
    const guard = this.#guardOf(exchangePlace(request, this.#options))
    try {
      return await this.#attempt(request, { ...options, signal: either }, guard).catch(
        async (thrown: unknown) => {
          const error = this.#settle(thrown, either)
          const { reason, status, retryable = false } = error.details
          if (!retryable) throw error
          logEvent(this.#log, 'info', { event: 'exchange_retried', reason, status })
          await this.#pause(either)
          return this.#attempt(request, { ...options, signal: either }, guard)
        },
      )
    } catch (thrown) {
      throw this.#settle(thrown, either)
    } finally {
      timer.cancel()
      ends.unlink()
    }
  }

  async #attempt(
    request: TokenExchangeRequest,
    options: ExchangeOptions & { readonly signal: AbortSignal },
    guard: IssuerGuard,
  ): Promise<ExchangedToken> {
    const admission = await guard.acquire(userKeyOf(request.caller), options.signal)
    let limits: readonly RateLimit[] = []
    const onRateLimits = (told: readonly RateLimit[]): void => {
      limits = told
      guard.follow(told)
      options.onRateLimits?.(told)
    }
    try {
      const token = await untilAborted(
        this.#exchanger.exchange(request, { ...options, onRateLimits }),
        options.signal,
        () => options.signal.reason as Error,
      )
      guard.succeeded(admission)
      return token
    } catch (thrown) {
      guard.failed(admission, this.#settle(thrown, options.signal), limits)
      throw thrown
    }
  }

  /** The abort reason where the wait was aborted, else the thrown error. */
  #settle(thrown: unknown, signal: AbortSignal): OnBehalfOfError {
    if (!signal.aborted) return asOnBehalfOfError(thrown)
    return signal.reason instanceof OnBehalfOfError
      ? signal.reason
      : new OnBehalfOfError('cancelled', { cause: signal.reason })
  }

  #pause(signal: AbortSignal): Promise<void> {
    const { retryPauseMs = 200, random = Math.random } = this.#options
    return new Promise((resolve, reject) => {
      const timer = this.#timers.after(retryPauseMs * (0.5 + random()), resolve)
      const stop = (): void => {
        timer.cancel()
        reject(signal.reason as Error)
      }
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    })
  }

  #guardOf(issuer: string): IssuerGuard {
    const known = this.#guards.get(issuer)
    if (known !== undefined) return known
    const { shared } = this.#options
    const guard = new IssuerGuard({
      ratePerSecond: this.#options.ratePerSecond ?? EXCHANGE_DEFAULTS.ratePerSecond,
      breaker: this.#options.breaker,
      maxWaitMs: this.#options.timeoutMs ?? EXCHANGE_DEFAULTS.timeoutMs,
      share: shared && new SharedRateShare({ ...shared, name: issuer }),
      clock: this.#clock,
      timers: this.#timers,
      observer: this.#options.observer,
      issuer,
    })
    this.#guards.set(issuer, guard)
    return guard
  }
}
