import type { ClientAuthentication } from '../exchange/client-authentication.js'
import { isIdentityScope } from '../scopes.js'
import type { Secret } from '../secret.js'
import { clientCredentials } from './client-credentials.js'
import type { CompleteSettings } from './settings.js'

/** As which client tokens are exchanged, where, and what is checked of those that come back. */
export interface ExchangeConfig {
  readonly clientId: string
  readonly clientAuthentication: ClientAuthentication
  /** For mutual TLS, PEM. */
  readonly clientCertificate: { readonly certificate: string; readonly key: Secret } | undefined
  readonly ratePerSecond: number
  readonly cacheEntries: number
  readonly checks: {
    /** `undefined`: the client's id, or whatever stands for it. */
    readonly actor: string | undefined
    readonly requireActor: boolean
    readonly dangerouslyAllowOpaqueTokens: boolean
    readonly dangerouslyAllowUnboundDowngrade: boolean
  }
  /** Where all exchanges take place and whose tokens come back. `undefined`: at the issuer of each token. */
  readonly issuer: string | undefined
  readonly adapter: 'auth0' | 'auth0-api-js' | 'rfc8693'
  readonly forwardClientAddress: boolean
  readonly subjectTokenType: string | undefined
  /** `undefined`: whatever the tools declare. */
  readonly scopeCeiling: readonly string[] | undefined
  /** Sign-in scopes that were set and mean nothing in an exchange. */
  readonly ignoredScopes: readonly string[]
  readonly timeoutMs: number
}

/** How tokens are exchanged, out of the settings. */
export function exchangeConfig(found: CompleteSettings): ExchangeConfig {
  return {
    clientId: found.MCP_AUTH0_CLIENT_ID,
    ...clientCredentials(found),
    ratePerSecond: found.EXCHANGE_RATE_PER_SECOND,
    cacheEntries: found.EXCHANGE_CACHE_ENTRIES,
    issuer: found.EXCHANGE_ISSUER,
    checks: {
      actor: found.EXCHANGE_ACTOR,
      requireActor: found.EXCHANGE_REQUIRE_ACTOR === 'true',
      dangerouslyAllowOpaqueTokens: found.DANGEROUSLY_ALLOW_OPAQUE_TOKENS === 'true',
      dangerouslyAllowUnboundDowngrade: found.DANGEROUSLY_ALLOW_UNBOUND_DOWNGRADE === 'true',
    },
    adapter: adapterOf(found),
    forwardClientAddress: found.FORWARD_CLIENT_ADDRESS === 'true',
    subjectTokenType: found.MCP_AUTH0_SUBJECT_TOKEN_TYPE,
    scopeCeiling: found.MCP_AUTH0_EXCHANGE_SCOPE?.filter((scope) => !isIdentityScope(scope)),
    ignoredScopes: found.MCP_AUTH0_EXCHANGE_SCOPE?.filter(isIdentityScope) ?? [],
    timeoutMs: found.EXCHANGE_TIMEOUT_MS,
  }
}

function adapterOf({
  EXCHANGE_CLIENT,
  EXCHANGE_ISSUER,
  AUTH0_DOMAIN,
}: CompleteSettings): ExchangeConfig['adapter'] {
  if (EXCHANGE_CLIENT !== 'auto') return EXCHANGE_CLIENT
  // Nothing says that it is one of Auth0's.
  if (EXCHANGE_ISSUER !== undefined) return 'rfc8693'
  return AUTH0_DOMAIN === undefined ? 'rfc8693' : 'auth0'
}
