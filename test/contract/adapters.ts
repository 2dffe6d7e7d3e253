import { AuthClient, type ExchangeProfileOptions } from '@auth0/auth0-auth-js'
import {
  createAuth0ApiClientExchanger,
  type ApiClientToken,
  type ExchangingApiClient,
} from '../../src/exchange/auth0-api-client-exchanger.js'
import { createAuth0Exchanger } from '../../src/exchange/auth0-exchanger.js'
import { createJwtBearerExchanger } from '../../src/exchange/jwt-bearer-exchanger.js'
import { createRfc8693Exchanger } from '../../src/exchange/rfc8693-exchanger.js'
import { ACCESS_TOKEN_TYPE, type TokenExchanger } from '../../src/exchange/token-exchanger.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import { createOutgoingFetch } from '../../src/http/outgoing-fetch.js'
import { targetOfApi } from '../../src/identity-providers/target-of-api.js'
import { IDENTITY_PROVIDERS } from '../../src/identity-providers/identity-providers.js'
import { adapterFor } from '../../src/on-behalf-of/exchanger.js'
import type { ResolvedTarget } from '../../src/exchange/exchange-target.js'
import type { Dialect } from '../helpers/dialects/dialect.js'
import { DIALECTS } from '../helpers/dialects/dialects.js'
import { createIssuer } from '../../src/identity/issuer-keys.js'
import { Secret } from '../../src/secret.js'
import { trustingFetch } from '../../apps/authorization-server/testing/serve-tls.js'
import type { TestIssuer } from '../helpers/test-issuer.js'

export const CLIENT = { id: 'exchanging-client', secret: 'secret-of-the-exchanging-client' }

export interface AdapterOptions {
  readonly timeoutMs?: number
  readonly subjectTokenType?: string
}

export interface Adapter {
  readonly name: string
  /** Whether the adapter makes its requests itself and so decides about their headers. */
  readonly ownsRequests: boolean
  /** By which grant it asks. Default RFC 8693. */
  readonly grant?: 'jwt_bearer' | undefined
  /** The API of its exchanges, and what they ask for `read:private` by which parameter. Default: as Auth0's On-Behalf-Of. */
  readonly dialect?: Dialect
  readonly target?: ResolvedTarget | undefined
  readonly create: (issuer: TestIssuer, options?: AdapterOptions) => TokenExchanger
}

const secret = { secret: new Secret(CLIENT.secret) }

export const ADAPTERS: readonly Adapter[] = [
  {
    name: 'rfc8693',
    ownsRequests: true,
    create: (issuer, options) => rfc8693(issuer, { ...options, fetch: fetchOf(issuer) }),
  },
  {
    name: 'rfc8693, on connections of createOutgoingFetch',
    ownsRequests: true,
    create: (issuer, options) => {
      const { ca } = issuer
      const { fetch } = createOutgoingFetch({
        certificateAuthorities: ca === undefined ? [] : [ca],
      })
      return rfc8693(issuer, { ...options, fetch })
    },
  },
  {
    name: 'jwt-bearer',
    ownsRequests: true,
    grant: 'jwt_bearer',
    create: (issuer, { timeoutMs } = {}) => {
      const fetch = fetchOf(issuer)
      const known = createIssuer({ issuer: issuer.issuer, fetch })
      return createJwtBearerExchanger({
        ...{ fetch, timeoutMs, clientId: CLIENT.id },
        metadata: () => known.metadata(),
        clientAuthentication: { ...secret, method: 'client_secret_post' },
      })
    },
  },
  {
    name: 'auth0',
    ownsRequests: true,
    create: (issuer, options) =>
      createAuth0Exchanger({
        ...{ fetch: fetchOf(issuer), ...options },
        clientId: CLIENT.id,
        clientAuthentication: secret,
      }),
  },
  {
    name: 'auth0-api-client',
    ownsRequests: false,
    create: (issuer, options) =>
      createAuth0ApiClientExchanger({ ...options, apiClient: apiClientOf(issuer) }),
  },
]

/** The adapter of `onBehalfOf` with the profile of each identity provider, and the settings of those that have none. */
export const PROFILES: readonly Adapter[] = DIALECTS.filter(
  // Which version a token is of is no matter of the request.
  ({ name }) => name !== 'entra, tokens of version 1',
).map((dialect) => {
  const identityProvider = IDENTITY_PROVIDERS[dialect.provider]
  const { grant } = identityProvider
  return {
    name: `profile of ${dialect.name}`,
    ownsRequests: true,
    grant: grant === 'jwt_bearer' ? grant : undefined,
    dialect,
    target: targetOfApi(dialect, identityProvider, {}),
    create: (issuer, options) => {
      const known = createIssuer({ issuer: issuer.issuer, fetch: fetchOf(issuer) })
      const client = { ...secret, id: CLIENT.id, method: 'client_secret_post' } as const
      const parts = { client, identityProvider, fetch: fetchOf(issuer) }
      const exchange = { ...options, grant }
      return adapterFor({ ...parts, exchange }, { all: [known], families: [] })
    },
  }
})

function rfc8693(
  { issuer }: TestIssuer,
  { fetch, ...options }: AdapterOptions & { readonly fetch: Fetch },
): TokenExchanger {
  const known = createIssuer({ issuer, fetch })
  return createRfc8693Exchanger({
    ...{ fetch, ...options },
    metadata: () => known.metadata(),
    clientId: CLIENT.id,
    clientAuthentication: { ...secret, method: 'client_secret_post' },
  })
}

function fetchOf({ ca }: TestIssuer): Fetch {
  return ca === undefined ? fetch : trustingFetch(ca)
}

/**
 * An object of the shape of `ApiClient`, on the library that the real one calls underneath. The real package
 * cannot be installed everywhere this runs.
 */
function apiClientOf(issuer: TestIssuer): ExchangingApiClient {
  const client = new AuthClient({
    domain: new URL(issuer.issuer).host,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    customFetch: fetchOf(issuer),
  })
  const exchange = async (options: ExchangeProfileOptions): Promise<ApiClientToken> => {
    const { accessToken, expiresAt, scope, tokenType, issuedTokenType } =
      await client.exchangeToken(options)
    return {
      ...{ accessToken, expiresAt },
      ...(scope === undefined ? {} : { scope }),
      ...(tokenType === undefined ? {} : { tokenType }),
      ...(issuedTokenType === undefined ? {} : { issuedTokenType }),
    }
  }
  return {
    getTokenOnBehalfOf: (subjectToken, options) =>
      exchange({
        ...options,
        subjectToken,
        subjectTokenType: ACCESS_TOKEN_TYPE,
        requestedTokenType: ACCESS_TOKEN_TYPE,
      }),
    getTokenByExchangeProfile: (subjectToken, options) => exchange({ ...options, subjectToken }),
  }
}
