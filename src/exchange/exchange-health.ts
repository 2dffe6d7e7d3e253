import type { Clock } from '../time/clock.js'
import type { ExchangeAttempt } from './watched-exchanger.js'

/** After this long without a further refusal, somebody may try again: without calls, nothing would tell that it is over. */
const FORGOTTEN_AFTER_MS = 60_000

/**
 * Tells whether the authorization server refuses this server as its client, whoever the user is: a wrong or expired secret, or a key
 * that cannot be used.
 *
 * An exchange that succeeds ends it, and so does a minute without such a refusal. Refusals that may be about one user, one API
 * or a passing outage do not count.
 */
export class ExchangeHealth {
  readonly #clock: Clock
  #refusedAt: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Takes the outcome of a request to the token endpoint. */
  attempted({ failure }: Pick<ExchangeAttempt, 'failure'>): void {
    if (failure === undefined) this.#refusedAt = undefined
    if (failure?.code !== 'exchange_misconfigured') return
    const { oauthError, reason } = failure.details
    const refused = oauthError === 'invalid_client' || reason === 'client_key_unusable'
    if (refused) this.#refusedAt = this.#clock()
  }

  get isRefused(): boolean {
    if (this.#refusedAt === undefined) return false
    const ageMs = this.#clock() - this.#refusedAt
    return ageMs >= 0 && ageMs < FORGOTTEN_AFTER_MS
  }
}
