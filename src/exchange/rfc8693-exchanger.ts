import { withoutUndefined } from '../options/without-undefined.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import * as openid from 'openid-client'
import { systemClock, type Clock } from '../time/clock.js'
import { OnBehalfOfError } from '../failures/errors.js'
import type { IssuerMetadata } from '../identity/issuer-metadata.js'
import { parseScope } from '../scopes.js'
import { Secret } from '../secret.js'
import {
  createAuthenticator,
  type Authenticator,
  type ClientAuthentication,
} from './client-authentication.js'
import { openidConfiguration } from './openid-configuration.js'
import { exchangeOutage } from './exchange-outage.js'
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

const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** Which client exchanges, how it proves who it is, and where the token endpoint is. */
export interface Rfc8693ExchangerOptions extends RecordedExchangeOptions {
  /**
   * The metadata of the subject token's issuer, where the exchange takes place; asked for at every exchange,
   * so it should be cached.
   */
  readonly metadata: (issuer: string) => Promise<IssuerMetadata>
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
  const { clientId, clock = systemClock } = options
  const mutualTls = options.clientAuthentication.method === 'tls_client_auth'
  let authenticator: Promise<Authenticator> | undefined
  return {
    async exchange(request, exchangeOptions = {}) {
      authenticator ??= createAuthenticator(options.clientAuthentication)
      const authenticate = await authenticator.catch(unusableKey)
      const metadata = await options.metadata(request.caller.issuer).catch(metadataUnavailable)
      return sendTokenRequest(request, exchangeOptions, {
        ...options,
        run: async (fetch) => {
          const answer = await openid.genericGrantRequest(
            openidConfiguration(metadata, { clientId, authenticate, mutualTls }, fetch),
            TOKEN_EXCHANGE_GRANT,
            parameters(request, options.subjectTokenType ?? ACCESS_TOKEN_TYPE),
          )
          return exchangedToken(answer, clock)
        },
      })
    },
  }
}

function parameters(
  request: TokenExchangeRequest,
  subjectTokenType: string,
): Record<string, string> {
  const { organization } = request.caller
  return {
    subject_token: request.subjectToken.reveal(),
    subject_token_type: subjectTokenType,
    requested_token_type: ACCESS_TOKEN_TYPE,
    audience: request.audience,
    ...withoutUndefined({
      scope: request.scopes.length === 0 ? undefined : request.scopes.join(' '),
      // An access token carries its organization itself; a custom profile has to be told.
      organization: subjectTokenType === ACCESS_TOKEN_TYPE ? undefined : organization,
    }),
  }
}

function exchangedToken(
  answer: Awaited<ReturnType<typeof openid.genericGrantRequest>>,
  clock: Clock,
): ExchangedToken {
  const { expires_in: lifetimeSeconds, issued_token_type: issuedTokenType } = answer
  return {
    token: new Secret(answer.access_token),
    tokenType: answer.token_type,
    expiresAtSeconds:
      lifetimeSeconds === undefined ? undefined : Math.floor(clock() / 1_000) + lifetimeSeconds,
    scopes: answer.scope === undefined ? undefined : parseScope(answer.scope),
    issuedTokenType: typeof issuedTokenType === 'string' ? issuedTokenType : undefined,
  }
}

function unusableKey(cause: unknown): never {
  throw new OnBehalfOfError('exchange_misconfigured', { reason: 'client_key_unusable', cause })
}

function metadataUnavailable(cause: unknown): never {
  throw exchangeOutage('metadata_unavailable', cause)
}
