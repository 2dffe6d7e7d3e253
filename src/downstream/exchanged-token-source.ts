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
  readonly #signal: AbortSignal
  #exchanged: Promise<ExchangedToken> | undefined
  #renewed: Promise<ExchangedToken> | undefined

  constructor(exchanger: TokenExchanger, request: TokenExchangeRequest, signal: AbortSignal) {
    this.#exchanger = exchanger
    this.#request = request
    this.#signal = signal
  }

  /** The exchange itself; one for all who ask. */
  exchanged(): Promise<ExchangedToken> {
    this.#exchanged ??= this.#exchanger.exchange(this.#request, { signal: this.#signal })
    return this.#renewed ?? this.#exchanged
  }

  async token(): Promise<Secret> {
    return (await this.exchanged()).token
  }

  async discard(rejected: Secret): Promise<void> {
    await this.#exchanger.forget?.(this.#request, rejected)
  }

  /** One new exchange at the most, however many calls were refused. */
  async renew(rejected: Secret): Promise<Secret> {
    this.#renewed ??= this.#exchanger.exchange(this.#request, {
      signal: this.#signal,
      replacing: rejected,
    })
    return (await this.#renewed).token
  }
}
