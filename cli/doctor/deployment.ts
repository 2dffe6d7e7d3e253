import type { Clock } from '../../src/time/clock.js'
import type { ApiConfig } from '../../src/config/api-config.js'
import type { Config } from '../../src/config/config.js'
import { createConnections } from '../../src/server/connections.js'
import { issuerLocations } from '../../src/config/token-expectations.js'
import type { RefusalReader } from '../../src/exchange/refusal-reader.js'
import { IDENTITY_PROVIDERS } from '../../src/identity-providers/identity-providers.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import type { DoctorProvider } from './providers/doctor-provider.js'
import { DOCTOR_PROVIDERS } from './providers/doctor-providers.js'
import { visitingFetch, type DocumentVisit } from './document-visits.js'
import type { Tool } from '../../src/tools/tool.js'
import { createIssuer, type Issuer } from '../../src/identity/issuer-keys.js'
import { issuerOptionsFor } from '../../src/identity/issuer-options.js'
import { createKnownIssuers, type KnownIssuers } from '../../src/identity/known-issuers.js'

/** What is looked at, and the means to do so. */
export interface Deployment {
  readonly config: Config
  /** What is different at its identity provider. */
  readonly provider: DoctorProvider
  /** What its refusals mean, where that is not by the specifications. */
  readonly readRefusal: RefusalReader | undefined
  /** The tools that the server offers. */
  readonly tools: readonly Tool[]
  /** Whose tokens are accepted. */
  readonly issuers: readonly Issuer[]
  /** Where all exchanges take place, and every issuer there is. */
  readonly exchangeIssuer: Issuer | undefined
  readonly allIssuers: readonly Issuer[]
  /** All of them, and what belongs together. */
  readonly known: KnownIssuers
  /** What the requests of `issuers` met so far. */
  readonly visits: readonly DocumentVisit[]
  /** Reaches issuers, the API and the server itself, over the proxy and with the authorities of the settings. */
  readonly fetch: Fetch
  /** Reaches token endpoints: presents the client certificate where there is one. */
  readonly exchangeFetch: Fetch
  readonly clock: Clock
  /** Ends the connections. */
  close(): Promise<void>
}

/** A configuration, and what the server makes of it. */
export interface CheckedConfiguration {
  readonly config: Config
  readonly tools: readonly Tool[]
}

/** One of the APIs that tools call. */
export interface CheckedApi extends ApiConfig {
  readonly name: string
  /** The name, where there is more than one API. */
  readonly told: string | undefined
}

/** The APIs of a configuration, by their names. */
export function apisOf({ apis }: Pick<Config, 'apis'>): readonly CheckedApi[] {
  const entries = Object.entries(apis)
  return entries.map(([name, api]) => ({
    ...api,
    name,
    told: entries.length > 1 ? name : undefined,
  }))
}

/** For one request of a check. */
export const CHECK_TIMEOUT_MS = 10_000

export function createDeployment(
  { config, tools }: CheckedConfiguration,
  { fetch: given, clock }: { readonly fetch?: Fetch | undefined; readonly clock: Clock },
): Deployment {
  const connections = createConnections(config, given)
  const fetch = given ?? connections.api
  const visits: DocumentVisit[] = []
  const visiting = visitingFetch(fetch, clock, visits)
  const known = createKnownIssuers(issuerLocations(config), (options) =>
    createIssuer({ ...options, fetch: visiting, clock }),
  )
  const { accepted: issuers, exchange: exchangeIssuer, all: allIssuers } = known
  return {
    config,
    provider: DOCTOR_PROVIDERS[config.identityProvider.name],
    readRefusal: IDENTITY_PROVIDERS[config.identityProvider.name].readRefusal,
    tools,
    issuers,
    exchangeIssuer,
    allIssuers,
    known,
    visits,
    fetch,
    clock,
    exchangeFetch: connections.exchange,
    close: () => connections.close(),
  }
}

/** The issuers whose tokens are accepted, and where their documents are. */
export function locationsOf(config: Config): ReturnType<typeof issuerOptionsFor> {
  return issuerOptionsFor(issuerLocations(config))
}
