import { LOGGER_OPTION } from '../logging/logger.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type {
  ExchangedToken,
  ExchangeOptions,
  TokenExchanger,
  TokenExchangeRequest,
} from './token-exchanger.js'
import { verifyExchangedToken, type ExchangedTokenExpectations } from './verify-exchanged-token.js'

const OPTIONS = optionsSchema<ExchangedTokenExpectations & { readonly exchanger: TokenExchanger }>({
  exchanger: optionValues.withFunctions('a TokenExchanger', 'exchange'),
  issuerOf: optionValues.callable,
  exchangeIssuer: optionValues
    .withFunctions('an Issuer, see createIssuer', 'keys', 'metadata')
    .optional(),
  clientId: optionValues.text("our client's id at the authorization server"),
  ownAudience: optionValues.text("this server's own audience"),
  actor: optionValues.text('the name of this server in act.sub').optional(),
  requireActor: optionValues.flag.optional(),
  maxDepth: optionValues.whole.optional(),
  clockToleranceSeconds: optionValues.toleranceSeconds.optional(),
  dangerouslyAllowOpaqueTokens: optionValues.flag.optional(),
  dangerouslyAllowUnboundDowngrade: optionValues.flag.optional(),
  clock: optionValues.callable.optional(),
  log: LOGGER_OPTION.optional(),
})

/**
 * Lets no token of an exchanger out that is not the one that was asked for; with the same port.
 *
 * @category Token exchange
 */
export class VerifyingExchanger implements TokenExchanger {
  readonly #exchanger: TokenExchanger
  readonly #expectations: ExchangedTokenExpectations

  constructor(exchanger: TokenExchanger, expectations: ExchangedTokenExpectations) {
    assertOptions('VerifyingExchanger', OPTIONS, { ...expectations, exchanger })
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
