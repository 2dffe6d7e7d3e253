import type { TokenExchanger, TokenExchangeRequest } from '../exchange/token-exchanger.js'
import type { Secret } from '../secret.js'
import type { DownstreamTokenSource } from './downstream-client.js'

/** One exchange, made when it is first asked for and held for the one request it was made for. */
export class ExchangedTokenSource implements DownstreamTokenSource {
  readonly #exchanger: TokenExchanger
  readonly #request: TokenExchangeRequest
  readonly #signal: AbortSignal
  #token: Promise<Secret> | undefined

  constructor(exchanger: TokenExchanger, request: TokenExchangeRequest, signal: AbortSignal) {
    this.#exchanger = exchanger
    this.#request = request
    this.#signal = signal
  }

  token(): Promise<Secret> {
    this.#token ??= this.#exchanger
      .exchange(this.#request, { signal: this.#signal })
      .then((exchanged) => exchanged.token)
    return this.#token
  }
}
