import type { ClientAuthentication } from '../exchange/client-authentication.js'
import { isIdentityScope } from '../scopes.js'
import type { Secret } from '../secret.js'
import { clientCredentials } from './client-credentials.js'
import type { ExchangeTarget, MannerSettings } from '../exchange/exchange-target.js'
import { withoutUndefined } from '../options/without-undefined.js'
import type { IdentityProvider } from '../identity-providers/identity-provider.js'
import { providerOf } from './identity-provider-config.js'
import type { CompleteSettings, SettingName, SettingValues } from './settings.js'

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
  readonly adapter: 'auth0' | 'auth0-api-js' | 'rfc8693' | 'rfc7523'
  /** What is set of how tokens are exchanged; the rest is as the identity provider has it. */
  readonly manner: MannerSettings
  /** What our client says of itself, by RFC 7523 alone; `undefined` where that is nothing. */
  readonly clientCapabilities: readonly string[] | undefined
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
    manner: mannerOf(found),
    clientCapabilities: capabilitiesOf(found),
    forwardClientAddress: found.FORWARD_CLIENT_ADDRESS === 'true',
    subjectTokenType: found.MCP_AUTH0_SUBJECT_TOKEN_TYPE,
    scopeCeiling: found.MCP_AUTH0_EXCHANGE_SCOPE?.filter((scope) => !isIdentityScope(scope)),
    ignoredScopes: found.MCP_AUTH0_EXCHANGE_SCOPE?.filter(isIdentityScope) ?? [],
    timeoutMs: found.EXCHANGE_TIMEOUT_MS,
  }
}

function capabilitiesOf({
  EXCHANGE_CLIENT_CAPABILITIES: capabilities,
}: CompleteSettings): readonly string[] | undefined {
  return capabilities.length === 0 ? undefined : capabilities
}

function mannerOf(found: SettingValues): MannerSettings {
  return {
    targetParameter: found.EXCHANGE_TARGET_PARAMETER,
    requestedTokenType: found.EXCHANGE_REQUESTED_TOKEN_TYPE,
    actorToken: found.EXCHANGE_ACTOR_TOKEN,
    issuedTokenType: found.EXCHANGE_ISSUED_TOKEN_TYPE,
    actorCheck: found.EXCHANGE_ACTOR_CHECK,
    scopeRequest: found.EXCHANGE_SCOPE_REQUEST,
    scopeCase: found.EXCHANGE_SCOPE_CASE,
  }
}

/** What the settings say of the exchange for the API that they describe; `undefined` where that is nothing. */
export function exchangeOfSettings(found: SettingValues): ExchangeTarget | undefined {
  const target = withoutUndefined({
    audiences: found.EXCHANGE_AUDIENCES,
    expectedAudiences: found.EXPECTED_AUDIENCES,
    scopePrefix: found.API_SCOPE_PREFIX,
    scopeClaim: found.API_SCOPE_CLAIM,
  })
  return Object.keys(target).length === 0 ? undefined : target
}

/** Settings about the request of an exchange. */
const SHAPING = [
  'EXCHANGE_TARGET_PARAMETER',
  'EXCHANGE_REQUESTED_TOKEN_TYPE',
  'EXCHANGE_ACTOR_TOKEN',
  'EXCHANGE_AUDIENCES',
  'EXCHANGE_SCOPE_REQUEST',
  'API_SCOPE_PREFIX',
] as const satisfies readonly SettingName[]

/** The adapter that is set, else the one for this identity provider. */
export function adapterOf(found: SettingValues): ExchangeConfig['adapter'] {
  const { EXCHANGE_CLIENT = 'auto', EXCHANGE_ISSUER, AUTH0_DOMAIN } = found
  if (EXCHANGE_CLIENT !== 'auto') return EXCHANGE_CLIENT
  if (providerOf(found).provider.grant === 'jwt_bearer') return 'rfc7523'
  // Nothing says that it is one of Auth0's, or Auth0's library cannot say it.
  if (EXCHANGE_ISSUER !== undefined || SHAPING.some((key) => found[key] !== undefined)) {
    return 'rfc8693'
  }
  return AUTH0_DOMAIN === undefined ? 'rfc8693' : 'auth0'
}

/** By which grant an adapter exchanges. */
export function grantOf(adapter: ExchangeConfig['adapter']): IdentityProvider['grant'] {
  return adapter === 'rfc7523' ? 'jwt_bearer' : 'token_exchange'
}
