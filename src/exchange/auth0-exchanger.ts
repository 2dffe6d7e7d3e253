import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { AuthClient, TokenResponse } from '@auth0/auth0-auth-js'
import { loadAhead } from '../time/load-ahead.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { asOnBehalfOfError, OnBehalfOfError } from '../failures/errors.js'
import { parseScope } from '../scopes.js'
import { Secret } from '../secret.js'
import { ACCESS_TOKEN_TYPE, type ExchangedToken, type TokenExchanger } from './token-exchanger.js'
import {
  sendTokenRequest,
  EXCHANGING_CLIENT_SHAPE,
  type RecordedExchangeOptions,
} from './token-request.js'
import { importPrivateKey, type ClientAuthentication } from './client-authentication.js'

type Sdk = typeof import('@auth0/auth0-auth-js')

/** Which client exchanges at Auth0, and how it proves who it is. */
export interface Auth0ExchangerOptions extends RecordedExchangeOptions {
  readonly clientId: string
  readonly clientAuthentication: ClientAuthentication
  /** Where all exchanges take place: an issuer of the tenant. Default: the subject token's own. */
  readonly issuer?: string | undefined
  /** Set for Custom Token Exchange: the subject token type of the profile. Default: On-Behalf-Of. */
  readonly subjectTokenType?: string | undefined
}

const OPTIONS = optionsSchema<Auth0ExchangerOptions>({
  ...EXCHANGING_CLIENT_SHAPE,
  issuer: optionValues.text('an issuer identifier').optional(),
})

/**
 * Creates the exchanger for Auth0 (On-Behalf-Of, or a Custom Token Exchange profile), on `@auth0/auth0-auth-js`.
 *
 * The exchange takes place at `issuer`, or at the subject token's issuer. The SDK requires https. Throws a
 * `TypeError` for an empty secret. Does not check the returned token: see `createExchangePipeline`.
 *
 * @category Token exchange
 */
export function createAuth0Exchanger(options: Auth0ExchangerOptions): TokenExchanger {
  assertOptions('createAuth0Exchanger', OPTIONS, options)
  assertSdkSends(options.clientAuthentication)
  const loaded = loadAhead(() => import('@auth0/auth0-auth-js'))
  const clients = new Map<string, Promise<AuthClient>>()
  const clientOf = async (issuer: string): Promise<AuthClient> => {
    const sdk = await loaded().catch(notLoaded)
    const known = clients.get(issuer)
    if (known !== undefined) return known
    const created = createClient(sdk, issuer, options)
    clients.set(issuer, created)
    return created
  }
  const subjectTokenType = options.subjectTokenType ?? ACCESS_TOKEN_TYPE
  return {
    exchange: (request, exchangeOptions = {}) =>
      sendTokenRequest(request, exchangeOptions, {
        ...options,
        run: async ({ fetch }) => {
          const { organization } = request.caller
          const client = await clientOf(options.issuer ?? request.caller.issuer)
          const response = await client.exchangeToken(
            {
              subjectToken: request.subjectToken.reveal(),
              subjectTokenType,
              requestedTokenType: ACCESS_TOKEN_TYPE,
              audience: request.audience,
              ...withoutUndefined({
                scope: request.scopes.length === 0 ? undefined : request.scopes.join(' '),
                organization: subjectTokenType === ACCESS_TOKEN_TYPE ? undefined : organization,
              }),
            },
            { customFetch: fetch },
          )
          return exchangedToken(response)
        },
      }),
  }
}

/** The clients are few: one for each issuer whose tokens the endpoint accepts. */
async function createClient(
  sdk: Sdk,
  issuer: string,
  options: Auth0ExchangerOptions,
): Promise<AuthClient> {
  const url = new URL(issuer)
  if (url.protocol !== 'https:') {
    throw new OnBehalfOfError('exchange_misconfigured', { reason: 'issuer_not_https' })
  }
  // The SDK knows a domain alone, and would ask another token endpoint.
  if (url.pathname !== '/') {
    const log = { hint: 'Use createRfc8693Exchanger for an issuer with a path.' }
    throw new OnBehalfOfError('exchange_misconfigured', { reason: 'issuer_has_path', log })
  }
  return new sdk.AuthClient({
    domain: url.host,
    clientId: options.clientId,
    ...(await credentials(options.clientAuthentication)),
    ...withoutUndefined({ customFetch: options.fetch }),
  })
}

/** Nobody is asked for a token without the SDK. */
function notLoaded(cause: unknown): never {
  throw asOnBehalfOfError(cause)
}

/** Throws a `TypeError` for what the SDK's assertions cannot say. */
function assertSdkSends(authentication: ClientAuthentication): void {
  if (authentication.method !== 'private_key_jwt') return
  const { certificate, audience } = authentication
  if (certificate === undefined && audience !== 'token_endpoint') return
  throw new TypeError(
    'createAuth0Exchanger: clientAuthentication.certificate and audience token_endpoint are for other authorization servers: use createRfc8693Exchanger or createJwtBearerExchanger',
  )
}

/** The SDK names no key id in its assertions; Auth0 finds the key without. */
async function credentials(
  authentication: ClientAuthentication,
): Promise<Partial<ConstructorParameters<typeof AuthClient>[0]>> {
  if ('secret' in authentication) return { clientSecret: authentication.secret.reveal() }
  if (authentication.method === 'tls_client_auth') return { useMtls: true }
  const { privateKey, algorithm } = authentication
  const key = await importPrivateKey(privateKey.reveal(), algorithm).catch((cause: unknown) => {
    throw new OnBehalfOfError('exchange_misconfigured', { reason: 'client_key_unusable', cause })
  })
  // The SDK signs with the algorithm that the key was imported for.
  return { clientAssertionSigningKey: key }
}

function exchangedToken(response: TokenResponse): ExchangedToken {
  const { accessToken, expiresAt, scope, tokenType, issuedTokenType } = response
  return {
    token: new Secret(accessToken),
    // NaN where the answer did not say.
    expiresAtSeconds: Number.isFinite(expiresAt) ? expiresAt : undefined,
    scopes: scope === undefined ? undefined : parseScope(scope),
    tokenType,
    issuedTokenType,
  }
}
