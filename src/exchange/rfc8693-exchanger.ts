import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { OnBehalfOfError } from '../failures/errors.js'
import type { Secret } from '../secret.js'
import { systemClock } from '../time/clock.js'
import type { IssuerMetadata } from '../identity/issuer-metadata.js'
import { createActorTokens } from './actor-tokens.js'
import type { ClientAuthentication } from './client-authentication.js'
import { exchangePlace } from './exchange-place.js'
import { metadataUnavailable, preparedGrant } from './prepared-grant.js'
import {
  sendTokenRequest,
  EXCHANGING_CLIENT_SHAPE,
  type RecordedExchangeOptions,
} from './token-request.js'
import {
  ACCESS_TOKEN_TYPE,
  type ExchangedToken,
  type TokenExchanger,
  type TokenExchangeRequest,
} from './token-exchanger.js'

/** Which client exchanges, how it proves who it is, and where the token endpoint is. */
export interface Rfc8693ExchangerOptions extends RecordedExchangeOptions {
  /**
   * The metadata of the issuer at which the exchange takes place: that of the API's target, else the subject token's. Asked for
   * at every exchange, so it should be cached.
   */
  readonly metadata: (issuer: string, request: TokenExchangeRequest) => Promise<IssuerMetadata>
  readonly clientId: string
  /** A key that cannot be used surfaces at the first exchange, as `exchange_misconfigured`. */
  readonly clientAuthentication: ClientAuthentication
  /** Default: the access-token type of RFC 8693 §3. */
  readonly subjectTokenType?: string | undefined
}

const OPTIONS = optionsSchema<Rfc8693ExchangerOptions>({
  ...EXCHANGING_CLIENT_SHAPE,
  metadata: optionValues.callable,
})

/**
 * Exchanges tokens at any RFC 8693 authorization server, by way of `openid-client`.
 *
 * Throws a `TypeError` for an empty secret. The answer is taken as it came: whether the token is the one that was asked for is not checked here.
 *
 * @category Token exchange
 * @example
 * const adapter = createRfc8693Exchanger({
 *   metadata: () => issuer.metadata(),
 *   clientId: 'client-id',
 *   clientAuthentication: { secret: new Secret('client-secret') },
 * })
 */
export function createRfc8693Exchanger(options: Rfc8693ExchangerOptions): TokenExchanger {
  assertOptions('createRfc8693Exchanger', OPTIONS, options)
  const { clock = systemClock } = options
  const prepared = preparedGrant(() => import('./token-exchange-grant.js'), options)
  const actorTokens = createActorTokens(async (metadata) => {
    const { grant, client } = await prepared()
    // Of no user, and for all: nobody's signal ends it.
    const nobody = { caller: {} }
    return sendTokenRequest(
      nobody,
      {},
      {
        ...options,
        run: (ways) => grant.requestOwnToken({ client, metadata, ways, clock }),
      },
    )
  }, clock)
  return {
    async exchange(request, exchangeOptions = {}) {
      const { grant, client } = await prepared()
      const place = exchangePlace(request, {})
      const metadata = await options.metadata(place, request).catch(metadataUnavailable)
      const exchangeWith = (actorToken?: Secret): Promise<ExchangedToken> =>
        sendTokenRequest(request, exchangeOptions, {
          ...options,
          run: (ways) =>
            grant.requestToken(request, {
              subjectTokenType: options.subjectTokenType ?? ACCESS_TOKEN_TYPE,
              actorToken,
              client,
              metadata,
              ways,
              clock,
            }),
        })
      if (request.target?.actorToken !== 'client_credentials') return exchangeWith()
      const actorToken = await actorTokens.of(metadata)
      return exchangeWith(actorToken).catch(async (thrown: unknown) => {
        if (!mayMeanActorToken(thrown)) throw thrown
        const renewed = await actorTokens.renewed(metadata, actorToken)
        if (renewed === undefined) throw thrown
        return exchangeWith(renewed)
      })
    },
  }
}

/** RFC 8693 §2.2.2 has one error for both tokens, and some servers have those of RFC 6749 and RFC 6750. */
const OF_A_TOKEN: ReadonlySet<unknown> = new Set([
  'invalid_request',
  'invalid_grant',
  'invalid_token',
])

function mayMeanActorToken(thrown: unknown): boolean {
  return thrown instanceof OnBehalfOfError && OF_A_TOKEN.has(thrown.details.oauthError)
}
