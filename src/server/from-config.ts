import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createApp } from './app.js'
import { composeAdapter } from './exchanger-from-config.js'
import { composeConnections } from './connections.js'
import type { Config } from '../config/config.js'
import { exchangeChecks, issuerLocations, tokenExpectations } from '../config/token-expectations.js'
import { protectExchange, type ProtectExchangeOptions } from '../exchange/exchange-pipeline.js'
import { createMemoryTokenCache } from '../exchange/token-cache.js'
import { ACCESS_TOKEN_TYPE } from '../exchange/token-exchanger.js'
import type { Fetch } from '../http/fetch-json.js'
import { createIssuer } from '../identity/issuer-keys.js'
import { createJwtBearerVerifier } from '../identity/jwt-bearer-verifier.js'
import { createKnownIssuers, type KnownIssuers } from '../identity/known-issuers.js'
import type { Log } from '../logging/log.js'
import { warnAtStart } from './start-warnings.js'
import { createGetDatetime } from '../tools/get-datetime.js'
import { greet } from '../tools/greet.js'
import { offeredTools } from '../tools/offered-tools.js'
import { createToolRegistry } from '../tools/registry.js'
import type { Tool } from '../tools/tool.js'
import { whoami } from '../tools/whoami.js'

export interface ComposedServer {
  readonly handler: RequestListener
  /** Ends streams that only wait for news; call it when the server stops to accept. */
  readonly drain: () => void
  /** Ends streams and pooled connections; call it after the server has stopped to accept. */
  close(): Promise<void>
}

export interface ComposeOptions {
  /** Reaches the authorization server. Default: as the configuration says, through its proxy where it has one. */
  readonly fetch?: Fetch
}

/**
 * Builds the server that a configuration describes: the one place that picks adapters.
 *
 * A tool that needs more than the configuration lets an exchange ask for is not offered, and named in the log. Rejects
 * with a `ConfigError` when the configuration needs a package that is not installed.
 */
export async function composeServer(
  config: Config,
  log: Log,
  { fetch }: ComposeOptions = {},
): Promise<ComposedServer> {
  const all = serverTools()
  const { tools, withheld } = offeredTools(all, config.exchange.scopeCeiling)
  warnAtStart(config, { tools: all, withheld }, log)
  const connections = composeConnections(config, fetch)
  const issuers = issuersOf(config, log, connections.issuers)
  const app = createApp({
    endpoint: config.endpoint,
    resource: {
      resource: config.resource.identifier,
      authorizationServers: issuers.accepted.map(({ issuer }) => issuer),
      baselineScopes: config.resource.baselineScopes,
    },
    metadataLocation: config.resource.metadataLocation,
    ...{ edge: config.http, policy: config.access, callerPolicy: config.callerPolicy },
    ...(config.sessions === undefined ? {} : { sessions: config.sessions }),
    verifier: createJwtBearerVerifier({
      ...tokenExpectations(config),
      issuers: issuers.accepted,
    }),
    exchanger: protectExchange(
      await composeAdapter(config, issuers.all, connections.exchange),
      protection(config, issuers, log),
    ),
    forwardClientAddress: config.exchange.forwardClientAddress,
    delegation: delegationPolicy(config),
    registry: createToolRegistry(tools),
    apis: { api: { audience: config.api.audience, baseUrl: config.api.baseUrl } },
    apiTimeoutMs: config.api.timeoutMs,
    apiConnections: config.api.connections,
    apiConcurrencyPerUser: config.api.concurrencyPerUser,
    fetch: connections.api,
    ...{ log, createReference: randomUUID, homePage: config.homePage },
  })
  return {
    handler: app.express,
    drain: app.drain,
    async close() {
      await app.close()
      await connections.close()
    },
  }
}

function issuersOf(config: Config, log: Log, fetch: Fetch): KnownIssuers {
  const { staleAgeMs } = config.issuer
  return createKnownIssuers(issuerLocations(config), (options) =>
    createIssuer({ ...options, log, staleAgeMs, fetch }),
  )
}

/** The tools of the standalone server, whatever the configuration lets it offer. */
export function serverTools(): readonly Tool[] {
  return [whoami, greet, createGetDatetime()]
}

function protection(config: Config, issuers: KnownIssuers, log: Log): ProtectExchangeOptions {
  const { exchange, resource } = config
  return {
    issuers: issuers.accepted,
    exchangeIssuer: issuers.exchange,
    clientId: exchange.clientId,
    ownAudience: resource.tokenAudience,
    subjectTokenType: exchange.subjectTokenType ?? ACCESS_TOKEN_TYPE,
    cache: createMemoryTokenCache({ maxEntries: exchange.cacheEntries }),
    resilience: { timeoutMs: exchange.timeoutMs, ratePerSecond: exchange.ratePerSecond },
    checks: exchangeChecks(config),
    log,
  }
}

function delegationPolicy({ delegation: { maxDepth, allowedActors } }: Config) {
  return { maxDepth, ...(allowedActors === undefined ? {} : { allowedActors }) }
}
