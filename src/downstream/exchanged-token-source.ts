import { claimsWanted } from '../exchange/claims-wanted.js'
import type {
  ExchangedToken,
  TokenExchanger,
  TokenExchangeRequest,
} from '../exchange/token-exchanger.js'
import type { Secret } from '../secret.js'
import type { DownstreamTokenSource } from './downstream-client.js'

/** The exchanged token of one tool call: exchanged when first asked for, and once more when it is refused. */
export class ExchangedTokenSource implements DownstreamTokenSource {
  readonly #exchanger: TokenExchanger
  readonly #request: TokenExchangeRequest
  readonly #waiting: { readonly signal?: AbortSignal | undefined }
  #exchanged: Promise<ExchangedToken> | undefined
  #renewed: Promise<ExchangedToken> | undefined
  #renewedWithClaims: Promise<ExchangedToken> | undefined

  /** `signal` ends the wait for an exchange, not the exchange. */
  constructor(exchanger: TokenExchanger, request: TokenExchangeRequest, signal?: AbortSignal) {
    this.#exchanger = exchanger
    this.#request = request
    this.#waiting = signal === undefined ? {} : { signal }
  }

  /** The exchange itself; one for all who ask. */
  exchanged(): Promise<ExchangedToken> {
    this.#exchanged ??= this.#exchanger.exchange(this.#request, this.#waiting)
    return this.#renewedWithClaims ?? this.#renewed ?? this.#exchanged
  }

  async token(): Promise<Secret> {
    return (await this.exchanged()).token
  }

  async discard(rejected: Secret): Promise<void> {
    await this.#exchanger.forget?.(this.#request, rejected)
  }

  /**
   * One new exchange at the most, however many calls were refused; and one with claims, of the API that wanted them first.
   *
   * Rejects with the claims where the exchanger does not send them on: then they are for the client's sign-in.
   */
  async renew(rejected: Secret, claims?: string): Promise<Secret> {
    const renewing = { ...this.#waiting, replacing: rejected }
    if (claims === undefined) {
      this.#renewed ??= this.#exchanger.exchange(this.#request, renewing)
      return (await this.#renewed).token
    }
    if (this.#exchanger.sendsClaims !== true) {
      await this.discard(rejected)
      throw claimsWanted(claims)
    }
    this.#renewedWithClaims ??= this.#exchanger.exchange({ ...this.#request, claims }, renewing)
    return (await this.#renewedWithClaims).token
  }
}
