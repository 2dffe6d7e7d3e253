import { API_CALL_DEFAULTS } from '../downstream/api-call-defaults.js'
import { DELEGATION_DEFAULTS } from '../exchange/delegation-policy.js'
import { EXCHANGE_DEFAULTS } from '../exchange/exchange-defaults.js'
import { ISSUER_DEFAULTS } from '../identity/issuer-keys.js'
import { TOKEN_DEFAULTS } from '../identity/token-defaults.js'
import { HTTP_DEFAULTS } from '../limits/http-limits.js'
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
  // Scopes that were assigned to users cannot be asked for.
  const assigned = callerPolicy.scopeClaim !== undefined
  return {
    ...options,
    resource,
    tokenAudience: options.tokenAudience ?? resource,
    toleratedAudiences: options.toleratedAudiences ?? [],
    clockToleranceSeconds: options.clockToleranceSeconds ?? TOKEN_DEFAULTS.clockToleranceSeconds,
    verifiedTokenCacheEntries:
      options.verifiedTokenCacheEntries ?? TOKEN_DEFAULTS.verifiedTokenCacheEntries,
    metadataLocation: options.metadataLocation ?? 'host',
    baselineScopes: options.baselineScopes ?? requiredScopesOf(options.tools),
    issuers: typeof issuer === 'string' ? [issuer] : issuer,
    keysStaleMs: options.keysStaleMs ?? ISSUER_DEFAULTS.keysStaleMs,
    undeclaredTools: options.undeclaredTools ?? 'refuse',
    sessions: options.sessions ?? false,
    access: {
      ...ACCESS_DEFAULTS,
      ...withoutUndefined(access),
      stepUpScopes: access.stepUpScopes ?? (assigned ? 'none' : ACCESS_DEFAULTS.stepUpScopes),
    },
    callerPolicy,
    delegation: { ...DELEGATION_DEFAULTS, ...withoutUndefined(delegation) },
    http: { ...HTTP_DEFAULTS, ...withoutUndefined(http) },
    exchange: { ...EXCHANGE_DEFAULTS, ...withoutUndefined(exchange) },
    apiCalls: { ...API_CALL_DEFAULTS, ...withoutUndefined(apiCalls) },
    dangerouslyShareClientSecret: options.dangerouslyShareClientSecret ?? false,
    dangerouslyAllowHttp: options.dangerouslyAllowHttp ?? false,
  }
}

/** The options of `onBehalfOf` without a gap. */
export type ResolvedOptions = ReturnType<typeof withDefaults>
