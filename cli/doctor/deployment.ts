import type { Clock } from '../../src/clock.js'
import type { Config } from '../../src/config.js'
import type { Fetch } from '../../src/identity/fetch-json.js'
import { visitingFetch, type DocumentVisit } from './document-visits.js'
import { createIssuer, type Issuer } from '../../src/identity/issuer-keys.js'
import { issuerOptionsFor } from '../../src/identity/issuer-options.js'

/** What is looked at, and the means to do so. */
export interface Deployment {
  readonly config: Config
  readonly issuers: readonly Issuer[]
  /** What the requests of `issuers` met so far. */
  readonly visits: readonly DocumentVisit[]
  readonly fetch: Fetch
  readonly clock: Clock
}

/** For one request of a check. */
export const CHECK_TIMEOUT_MS = 10_000

export function createDeployment(
  config: Config,
  { fetch, clock }: Pick<Deployment, 'fetch' | 'clock'>,
): Deployment {
  const visits: DocumentVisit[] = []
  const visiting = visitingFetch(fetch, clock, visits)
  const issuers = locationsOf(config).map((options) =>
    createIssuer({ ...options, fetch: visiting, clock }),
  )
  return { config, issuers, visits, fetch, clock }
}

/** The issuers, and where their documents are. */
export function locationsOf({ issuer }: Config): ReturnType<typeof issuerOptionsFor> {
  return issuerOptionsFor({ ...issuer, issuers: [issuer.primary, ...issuer.additional] })
}

/** Which setting names the issuer. */
export function issuerSetting({ exchange, issuer }: Config, name: string): string {
  if (name !== issuer.primary) return 'ADDITIONAL_ISSUERS'
  return exchange.adapter === 'rfc8693' ? 'ISSUER_BASE_URL' : 'AUTH0_DOMAIN (or ISSUER_BASE_URL)'
}
