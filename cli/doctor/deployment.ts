import type { Clock } from '../../src/clock.js'
import type { Config } from '../../src/config.js'
import { issuerNames } from '../../src/config/token-expectations.js'
import type { Fetch } from '../../src/identity/fetch-json.js'
import { createIssuer, type Issuer } from '../../src/identity/issuer-keys.js'
import { createKnownIssuers } from '../../src/identity/known-issuers.js'

/** What is looked at, and the means to do so. */
export interface Deployment {
  readonly config: Config
  /** Whose tokens are accepted. */
  readonly issuers: readonly Issuer[]
  /** Where all exchanges take place, and every issuer there is. */
  readonly exchangeIssuer: Issuer | undefined
  readonly allIssuers: readonly Issuer[]
  readonly fetch: Fetch
  readonly clock: Clock
}

/** For one request of a check. */
export const CHECK_TIMEOUT_MS = 5_000

export function createDeployment(
  config: Config,
  { fetch, clock }: Pick<Deployment, 'fetch' | 'clock'>,
): Deployment {
  const known = createKnownIssuers(issuerNames(config), (issuer) =>
    createIssuer({ issuer, fetch, clock }),
  )
  const { accepted: issuers, exchange: exchangeIssuer, all: allIssuers } = known
  return { config, issuers, exchangeIssuer, allIssuers, fetch, clock }
}

/** Which setting names the issuer. */
export function issuerSetting({ exchange, issuer }: Config, name: string): string {
  if (name !== issuer.primary) {
    return issuer.additional.includes(name) ? 'ADDITIONAL_ISSUERS' : 'EXCHANGE_ISSUER'
  }
  return exchange.adapter === 'rfc8693' ? 'ISSUER_BASE_URL' : 'AUTH0_DOMAIN (or ISSUER_BASE_URL)'
}
