import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createApp } from './app.js'
import { composeAdapter } from './compose-adapter.js'
import { ConfigError, type Config } from './config.js'
import { exchangeChecks, issuerLocations, tokenExpectations } from './config/token-expectations.js'
import { createPooledFetch } from './downstream/pooled-fetch.js'
import { protectExchange, type ProtectExchangeOptions } from './exchange/protect-exchange.js'
import { createMemoryTokenCache } from './exchange/token-cache.js'
import { ACCESS_TOKEN_TYPE } from './exchange/token-exchanger.js'
import type { Fetch } from './identity/fetch-json.js'
import { createIssuer } from './identity/issuer-keys.js'
import { createJwtBearerVerifier } from './identity/jwt-bearer-verifier.js'
import { createKnownIssuers, type KnownIssuers } from './identity/known-issuers.js'
import { warnOfUnfitResource } from './identity/resource-fit.js'
import type { Log } from './log.js'
import { missingScopes } from './scopes.js'
import { createGetDatetime } from './tools/get-datetime.js'
import { greet } from './tools/greet.js'
import { createToolRegistry } from './tools/registry.js'
import type { Tool } from './tools/tool.js'
import { whoami } from './tools/whoami.js'

export interface ComposedServer {
  readonly handler: RequestListener
  /** Ends streams that only wait for news; call it when the server stops to accept. */
  readonly drain: () => void
  /** Ends streams and pooled connections; call it after the server has stopped to accept. */
  close(): Promise<void>
}

export interface ComposeOptions {
  /** Reaches the authorization server. Default: the global `fetch`. */
  readonly fetch?: Fetch
}

/**
 * Builds the server that a configuration describes: the one place that picks adapters.
 *
 * Throws a `ConfigError` when a tool needs more than the configuration lets an exchange ask for.
 */
export async function composeServer(
  config: Config,
  log: Log,
  { fetch }: ComposeOptions = {},
): Promise<ComposedServer> {
  const tools = serverTools()
  assertWithinCeiling(tools, config.exchange.scopeCeiling)
  reportDoubts(config, log)
  const issuers = issuersOf(config, log, fetch)
  const pool = createPooledFetch({ connections: config.api.connections })
  const app = createApp({
    endpoint: config.endpoint,
    resource: {
      resource: config.resource.identifier,
      authorizationServers: issuers.accepted.map(({ issuer }) => issuer),
      baselineScopes: config.resource.baselineScopes,
    },
    metadataLocation: config.resource.metadataLocation,
    ...{ edge: config.edge, policy: config.access, callerPolicy: config.callerPolicy },
    ...(config.sessions === undefined ? {} : { sessions: config.sessions }),
    verifier: createJwtBearerVerifier({
      ...tokenExpectations(config),
      issuers: issuers.accepted,
    }),
    exchanger: protectExchange(
      await composeAdapter(config, issuers.all, fetch),
      protection(config, issuers, log),
    ),
    forwardClientAddress: config.exchange.forwardClientAddress,
    delegation: delegationPolicy(config),
    registry: createToolRegistry(tools),
    apis: { api: { audience: config.api.audience, baseUrl: config.api.baseUrl } },
    apiTimeoutMs: config.api.timeoutMs,
    apiConnections: config.api.connections,
    apiConcurrencyPerUser: config.api.concurrencyPerUser,
    fetch: pool.fetch,
    ...{ log, createReference: randomUUID, homePage: config.homePage },
  })
  return {
    handler: app.express,
    drain: app.drain,
    async close() {
      await app.close()
      await pool.close()
    },
  }
}

function issuersOf(config: Config, log: Log, fetch: Fetch | undefined): KnownIssuers {
  const { staleAgeMs } = config.issuer
  return createKnownIssuers(issuerLocations(config), (options) =>
    createIssuer({ ...options, log, staleAgeMs, fetch }),
  )
}

/** The tools of the ready server. */
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
    profile: exchange.subjectTokenType ?? ACCESS_TOKEN_TYPE,
    cache: createMemoryTokenCache({ maxEntries: exchange.cacheEntries }),
    resilience: { deadlineMs: exchange.timeoutMs, perSecond: exchange.ratePerSecond },
    checks: exchangeChecks(config),
    log,
  }
}

function delegationPolicy({ delegation: { maxDepth, allowedActors } }: Config) {
  return { maxDepth, ...(allowedActors === undefined ? {} : { allowedActors }) }
}

/** What a configuration may say, and hardly means. */
function reportDoubts({ endpoint, exchange, resource }: Config, log: Log): void {
  warnOfUnfitResource({ resource: resource.identifier, endpoint }, log)
  const ignored = exchange.ignoredScopes
  if (ignored.length === 0) return
  log.event('warn', 'exchange_scopes_ignored', {
    ignored,
    cure: 'Remove them from MCP_AUTH0_EXCHANGE_SCOPE: they belong to a sign-in. An exchange has no refresh token and no id token to give.',
  })
}

function assertWithinCeiling(tools: readonly Tool[], ceiling: readonly string[] | undefined): void {
  if (ceiling === undefined) return
  const faults = tools.flatMap((tool) => {
    const missing = missingScopes(tool.downstream?.scopes ?? [], ceiling)
    return missing.length === 0
      ? []
      : {
          key: 'MCP_AUTH0_EXCHANGE_SCOPE',
          value: ceiling.join(' '),
          cure: `lacks ${missing.join(' ')}, which the tool ${tool.name} needs at the API. Add it, or remove the variable`,
        }
  })
  if (faults.length > 0) throw new ConfigError(faults)
}
