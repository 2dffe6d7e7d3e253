import type { Clock, Timers } from '../time/clock.js'
import { observeWait } from '../observability/observe-wait.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import type { FailureCode, OnBehalfOfError, Outage } from '../failures/errors.js'
import { FairRateLimiter } from './fair-rate-limiter.js'
import { isUsedUp, type RateLimit } from './rate-limits.js'
import type { RateShare } from './rate-share.js'
import { SharedBreaker } from './shared-breaker.js'
import { UserHolds } from './user-holds.js'

export interface IssuerGuardOptions {
  /** Exchanges a second, all users together. */
  readonly ratePerSecond: number
  readonly breaker?:
    { readonly threshold?: number | undefined; readonly openMs?: number | undefined } | undefined
  /** How long an exchange may wait for its turn. Default: without limit. */
  readonly maxWaitMs?: number | undefined
  /** The part of the rate that is this instance's. Default: all of it. */
  readonly share?: RateShare | undefined
  readonly clock: Clock
  readonly timers: Timers
  /** The authorization server, for the observer. */
  readonly issuer?: string | undefined
  readonly observer?: PipelineObserver | undefined
}

/** What was let through: to be handed back with the outcome. */
export interface Admission {
  readonly user: string
  /** Whether the call is the half-open probe of the issuer, and of the user. */
  readonly probe: boolean
  readonly userProbe: boolean
}

const OPEN_MS = 10_000
const SAYS_NOTHING: ReadonlySet<FailureCode> = new Set([
  'internal_error',
  'cancelled',
  'signed_out',
])

/**
 * Decides whether a request may go to one authorization server now: by the circuit breaker and rate limit of all
 * users, and by the holds of single users.
 *
 * A failure that one user meets holds that user back. It holds all users back once a second user meets it, or the
 * answer says that it concerns all.
 */
export class IssuerGuard {
  readonly #breaker: SharedBreaker
  readonly #users: UserHolds
  readonly #rateLimiter: FairRateLimiter
  readonly #clock: Clock
  readonly #openMs: number
  readonly #observer: PipelineObserver | undefined
  readonly #issuer: string
  #told: { readonly breakerOpen: boolean; readonly pausedUntilMs: number } | undefined

  constructor({ ratePerSecond, breaker = {}, clock, timers, ...told }: IssuerGuardOptions) {
    const { threshold = 5, openMs = OPEN_MS } = breaker
    this.#breaker = new SharedBreaker({ threshold, openMs, clock })
    this.#users = new UserHolds({ threshold, openMs, clock })
    this.#rateLimiter = new FairRateLimiter({
      perSecond: ratePerSecond,
      maxWaitMs: told.maxWaitMs,
      share: told.share,
      clock,
      timers,
    })
    this.#clock = clock
    this.#openMs = openMs
    this.#observer = told.observer
    this.#issuer = told.issuer ?? ''
    this.#tell()
  }

  /** Resolves when it is this user's turn; rejects with `exchange_unavailable` (`breaker_open`, `held_back`, `queue_full`). */
  async acquire(user: string, signal: AbortSignal): Promise<Admission> {
    const userProbe = this.#users.tryAcquire(user)
    let probe = false
    try {
      probe = this.#breaker.tryAcquire()
      await observeWait('exchange', this.#observer, () => this.#rateLimiter.acquire(user, signal))
      return { user, probe, userProbe }
    } catch (thrown) {
      this.#breaker.release(probe)
      this.#users.release(user, userProbe)
      throw thrown
    }
  }

  succeeded({ user }: Admission): void {
    this.#breaker.succeeded()
    this.#users.succeeded(user)
    this.#tell()
  }

  /** Takes over what an answer says about rate limits, whatever else it says. */
  follow(limits: readonly RateLimit[]): void {
    this.#rateLimiter.follow(limits)
    this.#tell()
  }

  /** Reports a try that failed; `limits` are those of its answer. */
  failed(admission: Admission, failure: OnBehalfOfError, limits: readonly RateLimit[]): void {
    this.#count(admission, failure, limits)
    this.#tell()
  }

  #count(
    admission: Admission,
    { code, details }: OnBehalfOfError,
    limits: readonly RateLimit[],
  ): void {
    const { reason, outage, retryAfterSeconds = 1 } = details
    if (code === 'exchange_unavailable') {
      if (outage === undefined) this.#release(admission)
      else this.#outage(admission, outage)
      if (reason === 'rate_limited' || reason === 'throttled')
        this.#limited(admission.user, retryAfterSeconds, limits)
      return
    }
    // Of the authorization server, these say nothing.
    if (SAYS_NOTHING.has(code)) this.#release(admission)
    else this.succeeded(admission)
  }

  /** Tells the observer at the beginning, and where something has changed. */
  #tell(): void {
    if (this.#observer?.exchangeGuardChanged === undefined) return
    const breakerOpen = this.#breaker.isOpen
    const pausedUntilMs = this.#rateLimiter.heldUntilMs
    const told = this.#told
    if (told?.breakerOpen === breakerOpen && told.pausedUntilMs === pausedUntilMs) return
    this.#told = { breakerOpen, pausedUntilMs }
    this.#observer.exchangeGuardChanged({ issuer: this.#issuer, ...this.#told })
  }

  #outage({ user, probe, userProbe }: Admission, outage: Outage): void {
    if (outage === 'everybody') {
      this.#users.release(user, userProbe)
      this.#breaker.failed(user, outage, probe)
      return
    }
    this.#users.failed(user)
    const userAlone = this.#breaker.failed(user, outage, probe)
    if (userAlone) this.#users.pauseUntil(user, this.#clock() + this.#openMs)
  }

  #limited(user: string, retryAfterSeconds: number, limits: readonly RateLimit[]): void {
    const untilMs = this.#clock() + retryAfterSeconds * 1_000
    const metByAnother = this.#users.limited(user, untilMs)
    if (metByAnother || limits.some(isUsedUp)) this.#rateLimiter.pauseUntil(untilMs)
  }

  #release({ user, probe, userProbe }: Admission): void {
    this.#breaker.release(probe)
    this.#users.release(user, userProbe)
  }
}
