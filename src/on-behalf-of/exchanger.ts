import { withAssertionDefaults } from '../exchange/client-authentication.js'
import { createExchangePipeline } from '../exchange/exchange-pipeline.js'
import { exchangePlace, primaryOf } from '../exchange/exchange-place.js'
import { createJwtBearerExchanger } from '../exchange/jwt-bearer-exchanger.js'
import { createRenewingExchanger } from '../exchange/renewing-exchanger.js'
import { createRfc8693Exchanger } from '../exchange/rfc8693-exchanger.js'
import { createSharedTokenCache } from '../exchange/shared-token-cache.js'
import { createMemoryTokenCache, type TokenCache } from '../exchange/token-cache.js'
import { createWatchedExchanger, type ExchangeAttempt } from '../exchange/watched-exchanger.js'
import type { TokenExchanger, TokenExchangeRequest } from '../exchange/token-exchanger.js'
import type { IdentityProvider } from '../identity-providers/identity-provider.js'
import { claimProfileOf, type ClaimProfile } from '../identity/claim-profile.js'
import { createIssuer, type Issuer } from '../identity/issuer-keys.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import { createKnownIssuers, type KnownIssuers } from '../identity/known-issuers.js'
import { sharedCounts } from '../store/shared-state.js'
import type { ResolvedOptions } from './defaults.js'
import type { OnBehalfOfOptions } from './options.js'

/** The authorization servers that the options name. */
export function issuersFor(options: ResolvedOptions): KnownIssuers {
  const { exchange, fetch, log, keysStaleMs, apis, tenants } = options
  const { families, metadataUrls } = tenants
  const apiIssuers = Object.values(apis).flatMap((api) => api.exchange?.issuer ?? [])
  const places = { ...options, families, metadataUrls, apiIssuers, exchangeIssuer: exchange.issuer }
  return createKnownIssuers(places, (each) => createIssuer({ ...each, log, fetch, keysStaleMs }))
}

/** In which claims tokens say what they say. */
export function claimProfileOfOptions({
  callerPolicy,
  identityProvider,
}: Pick<ResolvedOptions, 'callerPolicy' | 'identityProvider'>): ClaimProfile {
  return claimProfileOf({ ...callerPolicy, claimProfile: identityProvider.claims })
}

/** What the adapter needs of the options. */
export interface AdapterOptions extends Pick<OnBehalfOfOptions, 'client' | 'exchange' | 'fetch'> {
  readonly identityProvider: Pick<IdentityProvider, 'readRefusal' | 'clientAssertion'>
}

/** The adapter to the token endpoint alone. */
export function adapterFor(
  { client, exchange = {}, fetch, identityProvider }: AdapterOptions,
  issuers: Pick<KnownIssuers, 'all' | 'families'>,
): TokenExchanger {
  if ('exchanger' in client) return client.exchanger
  if ('authentication' in client) {
    const { id, authentication } = client
    const options = { exchange, fetch, identityProvider }
    return createRenewingExchanger(authentication, (now) =>
      adapterFor({ ...options, client: { id, ...now } }, issuers),
    )
  }
  const { all, families } = issuers
  const { id: clientId, ...given } = client
  const clientAuthentication = withAssertionDefaults(given, identityProvider.clientAssertion)
  const shared = {
    metadata: (_name: string, request: TokenExchangeRequest) => {
      const place = exchangePlace(request, {
        exchangeIssuer: exchange.issuer,
        primaryOf: (name) => primaryOf(name, families),
      })
      return issuerNamed(place, all).metadata()
    },
    clientId,
    clientAuthentication,
    readRefusal: identityProvider.readRefusal,
    timeoutMs: exchange.timeoutMs,
    fetch: exchange.fetch ?? fetch,
  }
  if (exchange.grant === 'jwt_bearer') {
    const { clientCapabilities } = exchange
    return createJwtBearerExchanger({ ...shared, clientCapabilities })
  }
  return createRfc8693Exchanger({ ...shared, subjectTokenType: exchange.subjectTokenType })
}

/** What an exchanger is made of beside the options. */
export interface ExchangerParts {
  readonly issuers: KnownIssuers
  /** Told of each request to a token endpoint. */
  readonly tell: (attempt: ExchangeAttempt) => void
  /** Sees looks into the cache, waits, and when exchanges are held back. */
  readonly observer: PipelineObserver | undefined
}

/** The adapter, with everything around it that an exchange needs. */
export function exchangerFor(
  options: ResolvedOptions,
  { issuers, tell, observer }: ExchangerParts,
): TokenExchanger {
  const { client, exchange, delegation, clockToleranceSeconds, log } = options
  const { subjectTokenType, timeoutMs } = exchange
  const stopwatch = (): number => performance.now()
  const placeOf = (request: TokenExchangeRequest): string =>
    exchangePlace(request, {
      exchangeIssuer: exchange.issuer,
      primaryOf: (name) => primaryOf(name, issuers.families),
    })
  const adapter = createWatchedExchanger(adapterFor(options, issuers), { tell, stopwatch, placeOf })
  return createExchangePipeline(adapter, {
    issuers: issuers.accepted,
    exchangeIssuer: issuers.exchange,
    apiIssuers: issuers.ofApis,
    families: issuers.families,
    claimProfile: claimProfileOfOptions(options),
    clientId: client.id,
    tokenAudience: options.tokenAudience,
    ...{ log, observer, revocation: options.revocation },
    subjectTokenType,
    timeoutMs,
    ratePerSecond: exchange.ratePerSecond,
    cache: exchange.cache ?? sharedCacheOf(options),
    shared: sharedCounts(options.shared),
    cacheEntries: exchange.cacheEntries,
    caching: exchange.caching,
    resilience: exchange.resilience,
    checks: {
      actor: exchange.actor,
      requireActor: exchange.requireActor,
      dangerouslyAllowOpaqueTokens: exchange.dangerouslyAllowOpaqueTokens,
      dangerouslyAllowUnboundDowngrade: exchange.dangerouslyAllowUnboundDowngrade,
      maxDepth: delegation.maxDepth,
      clockToleranceSeconds,
    },
  })
}

function sharedCacheOf({ shared, exchange, log }: ResolvedOptions): TokenCache | undefined {
  if (shared === undefined) return undefined
  const local = createMemoryTokenCache({ maxEntries: exchange.cacheEntries })
  return createSharedTokenCache({ store: shared.store, keys: shared.keys, local, log })
}

/** The verifier has accepted no token of another issuer. */
function issuerNamed(name: string, issuers: readonly Issuer[]): Issuer {
  const known = issuers.find(({ issuer }) => issuer === name)
  if (known === undefined) throw new TypeError(`unknown issuer ${name}`)
  return known
}
