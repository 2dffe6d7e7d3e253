import type { Config } from './config.js'
import type { TokenExpectations } from '../identity/audience.js'

/** What a client's token is held against. */
export function tokenExpectations({
  clockToleranceSeconds,
  tenants,
  resource,
}: Config): TokenExpectations {
  return {
    issuers: tenants.issuers,
    audience: resource.tokenAudience,
    resource: resource.resource,
    toleratedAudiences: resource.toleratedAudiences,
    clockToleranceSeconds,
  }
}

/** What a token that comes back from an exchange is held against, beside what it was asked for. */
export function exchangeChecks({
  clockToleranceSeconds,
  delegation: { maxDepth },
  exchange: { checks },
}: Config) {
  return { ...checks, maxDepth, clockToleranceSeconds }
}

/** The authorization servers that a configuration knows, and where their documents are. */
export function issuerLocations({ issuer, tenants, exchange, apis }: Config) {
  const { issuers, families, metadataUrls } = tenants
  return {
    ...issuer,
    ...{ issuers, families, metadataUrls },
    apiIssuers: Object.values(apis).flatMap((api) => api.exchange?.issuer ?? []),
    exchangeIssuer: exchange.issuer,
  }
}
