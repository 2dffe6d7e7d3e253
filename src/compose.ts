import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createApp } from './app.js'
import { ConfigError, type Config } from './config.js'
import { createPooledFetch } from './downstream/pooled-fetch.js'
import { OnBehalfOfError } from './errors.js'
import { CachingExchanger } from './exchange/caching-exchanger.js'
import { createMutualTlsFetch } from './exchange/mutual-tls-fetch.js'
import { ResilientExchanger } from './exchange/resilient-exchanger.js'
import { ACCESS_TOKEN_TYPE, createRfc8693Exchanger } from './exchange/rfc8693-exchanger.js'
import { createMemoryTokenCache } from './exchange/token-cache.js'
import type { TokenExchanger } from './exchange/token-exchanger.js'
import { VerifyingExchanger } from './exchange/verifying-exchanger.js'
import { createIssuer, type Issuer } from './identity/issuer-keys.js'
import { createJwtBearerVerifier } from './identity/jwt-bearer-verifier.js'
import type { Log } from './log.js'
import { missingScopes } from './scopes.js'
import { createGetDatetime } from './tools/get-datetime.js'
import { greet } from './tools/greet.js'
import { createToolRegistry } from './tools/registry.js'
import type { Tool } from './tools/tool.js'
import { whoami } from './tools/whoami.js'

export interface ComposedServer {
  readonly handler: RequestListener
  /** Ends streams and pooled connections; call it after the server has stopped to accept. */
  close(): Promise<void>
}

/**
 * Builds the server that a configuration describes: the one place that picks adapters.
 *
 * Throws a `ConfigError` when a tool needs more than the configuration lets an exchange ask for.
 */
export function composeServer(config: Config, log: Log): ComposedServer {
  const tools: readonly Tool[] = [whoami, greet, createGetDatetime()]
  assertWithinCeiling(tools, config.exchange.scopeCeiling)
  const issuers = [config.issuer.primary, ...config.issuer.additional].map((issuer) =>
    createIssuer({ issuer, log, staleAgeMs: config.issuer.staleAgeMs }),
  )
  const pool = createPooledFetch()
  const app = createApp({
    endpoint: config.endpoint,
    resource: {
      resource: config.resource.identifier,
      authorizationServers: issuers.map(({ issuer }) => issuer),
      baselineScopes: config.resource.baselineScopes,
    },
    edge: config.edge,
    policy: config.access,
    verifier: createJwtBearerVerifier({ issuers, audience: config.resource.identifier }),
    exchanger: composeExchanger(config, issuers, log),
    delegation: delegationPolicy(config),
    registry: createToolRegistry(tools),
    apis: { api: { audience: config.api.audience, baseUrl: config.api.baseUrl } },
    apiTimeoutMs: config.api.timeoutMs,
    fetch: pool.fetch,
    log,
    createReference: randomUUID,
  })
  return {
    handler: app.express,
    async close() {
      await app.close()
      await pool.close()
    },
  }
}

/** From the outside in: the cache, patience with a failing server, the checks, the server itself. */
function composeExchanger(config: Config, issuers: readonly Issuer[], log: Log): TokenExchanger {
  const { exchange, resource } = config
  const issuerOf = (name: string): Issuer | undefined =>
    issuers.find(({ issuer }) => issuer === name)
  const profile = exchange.subjectTokenType ?? ACCESS_TOKEN_TYPE
  const adapter = createRfc8693Exchanger({
    metadata: (issuer) => issuerOf(issuer)?.metadata() ?? Promise.reject(unknownIssuer()),
    clientId: exchange.clientId,
    clientAuthentication: exchange.clientAuthentication,
    subjectTokenType: profile,
    timeoutMs: exchange.timeoutMs,
    ...(exchange.clientCertificate === undefined
      ? {}
      : { fetch: createMutualTlsFetch(exchange.clientCertificate) }),
  })
  const verifying = new VerifyingExchanger(adapter, {
    issuerOf,
    clientId: exchange.clientId,
    ownAudience: resource.identifier,
    requireActor: exchange.requireActor,
    dangerouslyAllowOpaqueTokens: exchange.dangerouslyAllowOpaqueTokens,
    dangerouslyAllowUnboundDowngrade: exchange.dangerouslyAllowUnboundDowngrade,
  })
  const resilient = new ResilientExchanger(verifying, {
    deadlineMs: exchange.timeoutMs,
    perSecond: exchange.ratePerSecond,
    log,
  })
  return new CachingExchanger(resilient, {
    cache: createMemoryTokenCache({ maxEntries: exchange.cacheEntries }),
    clientId: exchange.clientId,
    profile,
    log,
  })
}

function delegationPolicy({ delegation: { maxDepth, allowedActors } }: Config) {
  return { maxDepth, ...(allowedActors === undefined ? {} : { allowedActors }) }
}

function unknownIssuer(): OnBehalfOfError {
  return new OnBehalfOfError('internal_error', { reason: 'unknown_issuer' })
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
