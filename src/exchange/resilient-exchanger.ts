import { systemClock, systemTimers, type Clock, type Timers } from '../clock.js'
import { asOnBehalfOfError, OnBehalfOfError } from '../errors.js'
import { silentLog, type Log } from '../log.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { FairPace } from './fair-pace.js'
import type {
  ExchangedToken,
  ExchangeOptions,
  TokenExchanger,
  TokenExchangeRequest,
} from './token-exchanger.js'
import { untilAborted } from './until-aborted.js'

/** How long `ResilientExchanger` waits, how fast it goes, and when it stops asking. */
export interface ResilientExchangerOptions {
  /** For the whole exchange: waiting for a turn, both tries and the pause between. Default 8000. */
  readonly deadlineMs?: number
  /** The mean pause before the one retry; the actual one lies between half and one and a half of it. Default 200. */
  readonly retryPauseMs?: number
  /** Exchanges a second, all users together. Default 25: below the 30 that Auth0 allows by default. */
  readonly perSecond?: number
  readonly breaker?: { readonly threshold?: number; readonly openMs?: number }
  readonly clock?: Clock
  readonly timers?: Timers
  /** A number from 0 (inclusive) to 1. Default: `Math.random`. */
  readonly random?: () => number
  readonly log?: Log
}

const MAX_HOLD_MS = 60_000

interface Guard {
  readonly breaker: CircuitBreaker
  readonly pace: FairPace
}

/** A try that never reached the server, or met it broken, may be made once more. */
const WORTH_A_RETRY = /^(?:unreachable|status_5\d\d)$/
/** What speaks for an outage. 429, cancellations and our own mistakes do not. */
const SPEAKS_FOR_OUTAGE = /^(?:unreachable|metadata_unavailable|timed_out|nonsense|status_5\d\d)$/

/**
 * Lets an exchanger fail well, with the same port: one deadline, one retry, a breaker for each issuer, a pace
 * below the issuer's limit, and patience when it asks for it.
 *
 * Adds only rejections with `exchange_unavailable` (reasons `timed_out`, `breaker_open`, `held_back`,
 * `queue_full`). An aborted caller gets its own reason, and its leaving counts against nobody.
 */
export class ResilientExchanger implements TokenExchanger {
  readonly #exchanger: TokenExchanger
  readonly #options: ResilientExchangerOptions
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #log: Log
  readonly #guards = new Map<string, Guard>()

  constructor(exchanger: TokenExchanger, options: ResilientExchangerOptions = {}) {
    this.#exchanger = exchanger
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#timers = options.timers ?? systemTimers
    this.#log = options.log ?? silentLog
  }

  async exchange(
    request: TokenExchangeRequest,
    { signal, ...options }: ExchangeOptions = {},
  ): Promise<ExchangedToken> {
    const deadline = new AbortController()
    const timer = this.#timers.after(this.#options.deadlineMs ?? 8_000, () => {
      deadline.abort(
        new OnBehalfOfError('exchange_unavailable', { reason: 'timed_out', retryAfterSeconds: 5 }),
      )
    })
    const either =
      signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal])
    const guard = this.#guardOf(request.caller.issuer)
    try {
      return await this.#attempt(request, { ...options, signal: either }, guard).catch(
        async (thrown: unknown) => {
          const error = this.#settle(thrown, either)
          if (!WORTH_A_RETRY.test(error.details.reason ?? '')) throw error
          this.#log.event('info', 'exchange_retried', { reason: error.details.reason })
          await this.#pause(either)
          return this.#attempt(request, { ...options, signal: either }, guard)
        },
      )
    } catch (thrown) {
      throw this.#settle(thrown, either)
    } finally {
      timer.cancel()
    }
  }

  async #attempt(
    request: TokenExchangeRequest,
    options: ExchangeOptions & { readonly signal: AbortSignal },
    { breaker, pace }: Guard,
  ): Promise<ExchangedToken> {
    const trial = breaker.enter()
    try {
      await pace.turn(request.caller.subject, options.signal)
    } catch (thrown) {
      breaker.undecided(trial)
      throw thrown
    }
    try {
      const token = await untilAborted(
        this.#exchanger.exchange(request, options),
        options.signal,
        () => options.signal.reason as Error,
      )
      breaker.succeeded()
      if (token.limitedUntilSeconds !== undefined)
        this.#hold(pace, token.limitedUntilSeconds * 1_000)
      return token
    } catch (thrown) {
      this.#report(this.#settle(thrown, options.signal), trial, { breaker, pace })
      throw thrown
    }
  }

  /** Tells breaker and pace what a failed try means for those who come next. */
  #report({ code, details }: OnBehalfOfError, trial: boolean, { breaker, pace }: Guard): void {
    const { reason = '', retryAfterSeconds } = details
    if (code !== 'exchange_unavailable') {
      if (code === 'internal_error' || code === 'cancelled') breaker.undecided(trial)
      else breaker.succeeded()
      return
    }
    if (SPEAKS_FOR_OUTAGE.test(reason)) breaker.failed()
    else breaker.undecided(trial)
    if (reason === 'rate_limited') {
      this.#hold(pace, this.#clock() + (retryAfterSeconds ?? 1) * 1_000)
    }
  }

  /** As long as the server says, but no longer than makes sense: a wrong clock must not lock us out. */
  #hold(pace: FairPace, untilMs: number): void {
    pace.holdUntil(Math.min(untilMs, this.#clock() + MAX_HOLD_MS))
  }

  /** The reason of whoever ended the wait, if somebody did; else what was thrown. */
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

  #guardOf(issuer: string): Guard {
    const known = this.#guards.get(issuer)
    if (known !== undefined) return known
    const guard = {
      breaker: new CircuitBreaker({ ...this.#options.breaker, clock: this.#clock }),
      pace: new FairPace({
        perSecond: this.#options.perSecond ?? 25,
        clock: this.#clock,
        timers: this.#timers,
      }),
    }
    this.#guards.set(issuer, guard)
    return guard
  }
}
