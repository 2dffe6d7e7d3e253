import type {
  ExchangedToken,
  ExchangeOptions,
  TokenExchanger,
  TokenExchangeRequest,
} from './token-exchanger.js'
import { verifyExchangedToken, type ExchangedTokenExpectations } from './verify-exchanged-token.js'

/**
 * Lets no token of an exchanger out that is not the one that was asked for; with the same port.
 *
 * @category Token exchange
 */
export class VerifyingExchanger implements TokenExchanger {
  readonly #exchanger: TokenExchanger
  readonly #expectations: ExchangedTokenExpectations

  constructor(exchanger: TokenExchanger, expectations: ExchangedTokenExpectations) {
    this.#exchanger = exchanger
    this.#expectations = expectations
  }

  async exchange(
    request: TokenExchangeRequest,
    options?: ExchangeOptions,
  ): Promise<ExchangedToken> {
    const exchanged = await this.#exchanger.exchange(request, options)
    return verifyExchangedToken(exchanged, request, this.#expectations)
  }
}
