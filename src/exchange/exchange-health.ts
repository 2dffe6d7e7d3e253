import type { Clock } from '../time/clock.js'
import type { ExchangeAttempt } from './watched-exchanger.js'

/** After this long without a further refusal, somebody may try again: without calls, nothing would tell that it is over. */
const FORGOTTEN_AFTER_MS = 60_000
const ANYWHERE = ''

/**
 * Tells whether the authorization server refuses this server as its client, whoever the user is: a wrong or expired secret, or a key
 * that cannot be used.
 *
 * An exchange that succeeds ends it, and so does a minute without such a refusal. Refusals that may be about one user, one API
 * or a passing outage do not count. Where there are several authorization servers, all of them have to refuse: users of one must not
 * take the server from the users of another.
 */
export class ExchangeHealth {
  readonly #clock: Clock
  readonly #places: readonly string[]
  readonly #refusedAt = new Map<string, number>()

  /** `places`: the issuers at whose token endpoints tokens are exchanged. Default: one, whichever it is. */
  constructor(clock: Clock, places: readonly string[] = [ANYWHERE]) {
    this.#clock = clock
    this.#places = places
  }

  /** Takes the outcome of a request to the token endpoint. */
  attempted({ failure, place = ANYWHERE }: Pick<ExchangeAttempt, 'failure' | 'place'>): void {
    if (failure === undefined) this.#refusedAt.delete(place)
    if (failure?.code !== 'exchange_misconfigured') return
    const { oauthError, reason } = failure.details
    const refused = oauthError === 'invalid_client' || reason === 'client_key_unusable'
    if (refused) this.#refusedAt.set(place, this.#clock())
  }

  get isRefused(): boolean {
    return this.#places.length > 0 && this.#places.every((place) => this.#isRefusedAt(place))
  }

  #isRefusedAt(place: string): boolean {
    const refusedAt = this.#refusedAt.get(place)
    if (refusedAt === undefined) return false
    const ageMs = this.#clock() - refusedAt
    return ageMs >= 0 && ageMs < FORGOTTEN_AFTER_MS
  }
}
