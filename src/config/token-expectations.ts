import type { Config } from '../config.js'
import type { TokenExpectations } from '../identity/audience.js'

/** What a client's token is held against. */
export function tokenExpectations({
  clockToleranceSeconds,
  issuer,
  resource,
}: Config): TokenExpectations {
  return {
    issuers: [issuer.primary, ...issuer.additional],
    audience: resource.tokenAudience,
    resource: resource.identifier,
    toleratedAudiences: resource.toleratedAudiences,
    clockToleranceSeconds,
  }
}
