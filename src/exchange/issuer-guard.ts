import type { Clock, Timers } from '../time/clock.js'
import type { OnBehalfOfError, Outage } from '../failures/errors.js'
import { FairRateLimiter } from './fair-rate-limiter.js'
import { isUsedUp, type RateLimit } from './rate-limits.js'
import { SharedBreaker } from './shared-breaker.js'
import { UserHolds } from './user-holds.js'

export interface IssuerGuardOptions {
  /** Exchanges a second, all users together. */
  readonly perSecond: number
  readonly breaker?:
    { readonly threshold?: number | undefined; readonly openMs?: number | undefined } | undefined
  readonly clock: Clock
  readonly timers: Timers
}

/** What was let through: to be handed back with the outcome. */
export interface Admission {
  readonly user: string
  /** Whether it is the trial of the issuer, and that of the user. */
  readonly trial: boolean
  readonly userTrial: boolean
}

const OPEN_MS = 10_000

/**
 * Decides who may ask one authorization server now: the breaker and the pace of all users, and the holds of single ones.
 *
 * What one user alone meets stops that user. It stops all once a second user meets it too, or once the answer itself
 * says that it is about all: nobody can connect, or a rate limit of all is used up.
 */
export class IssuerGuard {
  readonly #breaker: SharedBreaker
  readonly #users: UserHolds
  readonly #pace: FairRateLimiter
  readonly #clock: Clock
  readonly #openMs: number

  constructor({ perSecond, breaker = {}, clock, timers }: IssuerGuardOptions) {
    const { threshold = 5, openMs = OPEN_MS } = breaker
    this.#breaker = new SharedBreaker({ threshold, openMs, clock })
    this.#users = new UserHolds({ threshold, openMs, clock })
    this.#pace = new FairRateLimiter({ perSecond, clock, timers })
    this.#clock = clock
    this.#openMs = openMs
  }

  /** Resolves when it is this user's turn; rejects with `exchange_unavailable` (`breaker_open`, `held_back`, `queue_full`). */
  async enter(user: string, signal: AbortSignal): Promise<Admission> {
    const userTrial = this.#users.enter(user)
    let trial = false
    try {
      trial = this.#breaker.enter()
      await this.#pace.turn(user, signal)
      return { user, trial, userTrial }
    } catch (thrown) {
      this.#breaker.undecided(trial)
      this.#users.undecided(user, userTrial)
      throw thrown
    }
  }

  succeeded({ user }: Admission): void {
    this.#breaker.succeeded()
    this.#users.succeeded(user)
  }

  /** Takes over what an answer says about rate limits, whatever else it says. */
  follow(limits: readonly RateLimit[]): void {
    this.#pace.follow(limits)
  }

  /** Reports a try that failed; `limits` are those of its answer. */
  failed(
    admission: Admission,
    { code, details }: OnBehalfOfError,
    limits: readonly RateLimit[],
  ): void {
    const { reason, outage, retryAfterSeconds = 1 } = details
    if (code === 'exchange_unavailable') {
      if (outage === undefined) this.#undecided(admission)
      else this.#outage(admission, outage)
      if (reason === 'rate_limited') this.#limited(admission.user, retryAfterSeconds, limits)
      return
    }
    if (code === 'internal_error' || code === 'cancelled') this.#undecided(admission)
    else this.succeeded(admission)
  }

  #outage({ user, trial, userTrial }: Admission, outage: Outage): void {
    if (outage === 'everybody') {
      this.#users.undecided(user, userTrial)
      this.#breaker.failed(user, outage, trial)
      return
    }
    this.#users.failed(user)
    const userAlone = this.#breaker.failed(user, outage, trial)
    if (userAlone) this.#users.holdUntil(user, this.#clock() + this.#openMs)
  }

  #limited(user: string, retryAfterSeconds: number, limits: readonly RateLimit[]): void {
    const untilMs = this.#clock() + retryAfterSeconds * 1_000
    const metByAnother = this.#users.limited(user, untilMs)
    if (metByAnother || limits.some(isUsedUp)) this.#pace.holdUntil(untilMs)
  }

  #undecided({ user, trial, userTrial }: Admission): void {
    this.#breaker.undecided(trial)
    this.#users.undecided(user, userTrial)
  }
}
