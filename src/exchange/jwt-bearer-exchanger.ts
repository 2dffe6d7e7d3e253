import { z } from 'zod'
import { OnBehalfOfError } from '../failures/errors.js'
import { parseClaims } from '../failures/claims-challenge.js'
import type { IssuerMetadata } from '../identity/issuer-metadata.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { systemClock } from '../time/clock.js'
import { CLIENT_AUTHENTICATION_SCHEMA, type ClientAuthentication } from './client-authentication.js'
import { CLIENT_CAPABILITY } from './client-capability.js'
import { exchangePlace } from './exchange-place.js'
import { metadataUnavailable, preparedGrant } from './prepared-grant.js'
import {
  sendTokenRequest,
  TOKEN_REQUEST_SHAPE,
  type RecordedExchangeOptions,
} from './token-request.js'
import type { TokenExchanger, TokenExchangeRequest } from './token-exchanger.js'

/** Which client exchanges on behalf of users, how it proves who it is, and where the token endpoint is. */
export interface JwtBearerExchangerOptions extends RecordedExchangeOptions {
  /**
   * The metadata of the issuer at which the exchange takes place: that of the API's target, else the subject token's. Asked for
   * at every exchange, so it should be cached.
   */
  readonly metadata: (issuer: string, request: TokenExchangeRequest) => Promise<IssuerMetadata>
  /** Entra ID: the application id that the subject tokens have as their `aud`. */
  readonly clientId: string
  /** A key that cannot be used surfaces at the first exchange, as `exchange_misconfigured`. */
  readonly clientAuthentication: ClientAuthentication
  /**
   * What our client says of itself (`xms_cc`). With `['cp1']`, Entra ID issues tokens that live for up to a day and that an API
   * may refuse by a claims challenge; without it, an API sends none. Default: nothing.
   */
  readonly clientCapabilities?: readonly string[] | undefined
}

const OPTIONS = optionsSchema<JwtBearerExchangerOptions>({
  ...TOKEN_REQUEST_SHAPE,
  metadata: optionValues.callable,
  clientId: optionValues.text("our client's id at the authorization server"),
  clientAuthentication: CLIENT_AUTHENTICATION_SCHEMA,
  clientCapabilities: z.array(CLIENT_CAPABILITY).optional(),
})

/**
 * Exchanges tokens by the JWT bearer grant on behalf of a user (RFC 7523 §2.1), as Microsoft Entra ID has it.
 *
 * Asks for the tool's scopes with the API's prefix (`target.scopePrefix`, else the audience), and for `{prefix}/.default` where
 * the tool declares none. A refresh token that comes along is not kept. The answer names no `issued_token_type`. Throws a
 * `TypeError` for an empty secret. Whether the token is the one that was asked for is not checked here.
 *
 * @category Token exchange
 * @example
 * const adapter = createJwtBearerExchanger({
 *   metadata: () => issuer.metadata(),
 *   clientId: '11111111-2222-3333-4444-555555555555',
 *   clientAuthentication: { secret: new Secret('client-secret') },
 * })
 */
export function createJwtBearerExchanger(options: JwtBearerExchangerOptions): TokenExchanger {
  assertOptions('createJwtBearerExchanger', OPTIONS, options)
  const { clientCapabilities = [], clock = systemClock } = options
  const prepared = preparedGrant(() => import('./jwt-bearer-grant.js'), options)
  return {
    sendsClaims: true,
    async exchange(request, exchangeOptions = {}) {
      assertClaims(request)
      const { grant, client } = await prepared()
      const place = exchangePlace(request, {})
      const metadata = await options.metadata(place, request).catch(metadataUnavailable)
      return sendTokenRequest(request, exchangeOptions, {
        ...options,
        run: (ways) =>
          grant.requestTokenOnBehalfOf(request, {
            ...{ clientCapabilities, client, metadata, ways, clock },
          }),
      })
    },
  }
}

/** They come from an API. Whoever passes them on has read them. */
function assertClaims({ claims }: TokenExchangeRequest): void {
  if (claims !== undefined && parseClaims(claims) === undefined) {
    throw new OnBehalfOfError('internal_error', { cause: new TypeError('claims are no JSON') })
  }
}
