import { API_CALL_DEFAULTS } from '../downstream/api-call-defaults.js'
import { DELEGATION_DEFAULTS } from '../exchange/delegation-policy.js'
import { EXCHANGE_DEFAULTS } from '../exchange/exchange-defaults.js'
import { mannerSettings } from '../exchange/exchange-target.js'
import type { IdentityProvider } from '../identity-providers/identity-provider.js'
import { chooseProvider, identityProviderOf } from '../identity-providers/identity-providers.js'
import { issuersOfTenants } from '../identity-providers/issuers-of-tenants.js'
import { targetOfApi } from '../identity-providers/target-of-api.js'
import { CHALLENGE_RESULT_CLIENTS } from '../identity/client-list.js'
import { ISSUER_DEFAULTS } from '../identity/issuer-keys.js'
import { DEFAULT_SESSION_CLAIM, TOKEN_DEFAULTS } from '../identity/token-defaults.js'
import { HTTP_DEFAULTS } from '../limits/http-limits.js'
import { DEFAULT_TRACE_CONTEXT } from '../observability/trace-context-policy.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { ACCESS_DEFAULTS } from '../tools/access.js'
import { requiredScopesOf } from '../tools/required-scopes.js'
import type { ListingServerOptions } from './options.js'

/**
 * The options with every default in its place, so that nothing behind has a default that counts.
 *
 * The standalone server goes through here as well: what it sets in another way is in its configuration.
 */
export function withDefaults(options: ListingServerOptions) {
  const { endpoint, resource = endpoint.href, issuer, callerPolicy = {}, access = {} } = options
  const { exchange = {}, apiCalls = {}, http = {}, delegation = {} } = options
  const own = { clientId: options.client.id, resource }
  const { provider, tenants } = providerAndTenants(issuer, options)
  // Scopes that were assigned to users cannot be asked for.
  const assigned = callerPolicy.scopeClaim !== undefined
  return {
    ...options,
    resource,
    identityProvider: provider,
    tenants,
    tokenAudience: options.tokenAudience ?? provider.ownAudience?.(own) ?? resource,
    toleratedAudiences: options.toleratedAudiences ?? [],
    clockToleranceSeconds: options.clockToleranceSeconds ?? TOKEN_DEFAULTS.clockToleranceSeconds,
    verifiedTokenCacheEntries:
      options.verifiedTokenCacheEntries ?? TOKEN_DEFAULTS.verifiedTokenCacheEntries,
    metadataLocation: options.metadataLocation ?? 'host',
    baselineScopes: options.baselineScopes ?? requiredScopesOf(options.tools),
    ...{ issuers: tenants.issuers, allowedTenants: options.allowedTenants ?? [] },
    apis: apisWithTargets(options, provider),
    keysStaleMs: options.keysStaleMs ?? ISSUER_DEFAULTS.keysStaleMs,
    challengeResultClients: options.challengeResultClients ?? CHALLENGE_RESULT_CLIENTS,
    structuredDenials: options.structuredDenials ?? false,
    undeclaredTools: options.undeclaredTools ?? 'refuse',
    sessions: options.sessions ?? false,
    traceContext: options.traceContext ?? DEFAULT_TRACE_CONTEXT,
    access: {
      ...ACCESS_DEFAULTS,
      ...withoutUndefined(access),
      stepUpScopes: access.stepUpScopes ?? (assigned ? 'none' : ACCESS_DEFAULTS.stepUpScopes),
    },
    callerPolicy: {
      ...callerPolicy,
      sessionClaim: callerPolicy.sessionClaim ?? DEFAULT_SESSION_CLAIM,
      scopePrefix: callerPolicy.scopePrefix ?? provider.ownScopePrefix?.(own),
    },
    delegation: { ...DELEGATION_DEFAULTS, ...withoutUndefined(delegation) },
    http: { ...HTTP_DEFAULTS, ...withoutUndefined(http) },
    exchange: {
      ...EXCHANGE_DEFAULTS,
      ...mannerSettings(provider.exchange),
      grant: provider.grant,
      ...withoutUndefined(exchange),
    },
    apiCalls: { ...API_CALL_DEFAULTS, ...withoutUndefined(apiCalls) },
    dangerouslyShareClientSecret: options.dangerouslyShareClientSecret ?? false,
    dangerouslyAllowHttp: options.dangerouslyAllowHttp ?? false,
  }
}

function providerAndTenants(
  issuer: ListingServerOptions['issuer'],
  { identityProvider, allowedTenants = [] }: ListingServerOptions,
) {
  const configured = typeof issuer === 'string' ? [issuer] : issuer
  const found = identityProviderOf(configured[0] ?? '')
  const { provider } = chooseProvider(identityProvider, found)
  return { provider, tenants: issuersOfTenants(configured, allowedTenants, provider) }
}

/** Every API with all that is known of how its tokens are exchanged. */
function apisWithTargets(
  { apis, exchange = {} }: ListingServerOptions,
  provider: IdentityProvider,
): ListingServerOptions['apis'] {
  return Object.fromEntries(
    Object.entries(apis).map(([name, api]) => [
      name,
      { ...api, exchange: targetOfApi(api, provider, exchange) },
    ]),
  )
}

/** The options of `onBehalfOf` without a gap. */
export type ResolvedOptions = ReturnType<typeof withDefaults>
