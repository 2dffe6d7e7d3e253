import express, { type Express } from 'express'
import { bearerAuth } from '../middleware/bearer-auth.js'
import { errorHandler } from '../middleware/error-handler.js'
import { hostsAndOrigins } from '../middleware/hosts-and-origins.js'
import { notFound } from '../middleware/not-found.js'
import { limitByAddress, limitByCaller } from '../middleware/rate-limits.js'
import { formBody, jsonBody } from '../middleware/request-body.js'
import { requestContext } from '../middleware/request-context.js'
import { securityHeaders } from '../middleware/security-headers.js'
import { tokenExchange } from '../middleware/token-exchange.js'
import { toolScopes } from '../middleware/tool-scopes.js'
import { healthRoute } from '../routes/health.js'
import { mcpRoute } from '../routes/mcp.js'
import { protectedResourceMetadataRoute } from '../routes/protected-resource-metadata.js'
import type { DownstreamApi } from './downstream/downstream-client.js'
import type { EdgePolicy } from './edge-policy.js'
import type { DelegationPolicy } from './exchange/delegation-policy.js'
import type { TokenExchanger } from './exchange/token-exchanger.js'
import type { AccessTokenVerifier } from './identity/access-token-verifier.js'
import type { Fetch } from './identity/fetch-json.js'
import type { Log } from './log.js'
import { createMcpServers } from './mcp-server.js'
import { metadataUrl, type ResourceDescription } from './protected-resource-metadata.js'
import type { SessionLimits } from './sessions/session-registry.js'
import { createToolAccess, type AccessPolicy } from './tools/access.js'
import type { ToolRegistry } from './tools/registry.js'

/** Everything an app is made of, chosen elsewhere. */
export interface AppParts {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  readonly resource: ResourceDescription
  readonly edge: EdgePolicy
  readonly policy: AccessPolicy
  readonly verifier: AccessTokenVerifier
  readonly exchanger: TokenExchanger
  readonly registry: ToolRegistry
  readonly apis: Readonly<Record<string, DownstreamApi>>
  readonly log: Log
  readonly createReference: () => string
  /** Gives 2025 clients sessions. Default: none. */
  readonly sessions?: SessionLimits
  readonly delegation?: DelegationPolicy
  /** Passes the user's address on to the authorization server. Default false. */
  readonly forwardClientAddress?: boolean
  /** Calls the APIs. */
  readonly fetch?: Fetch
  /** For one call of an API. */
  readonly apiTimeoutMs?: number
}

export interface App {
  readonly express: Express
  /** Ends streams that only wait for news; call it when the server stops to accept. */
  readonly drain: () => void
  /** Ends open MCP streams; call it after the server has stopped to accept. */
  readonly close: () => Promise<void>
}

/** Mounts middleware and routes in the order in which a call meets them. Listens to nothing. */
export function createApp(parts: AppParts): App {
  const { endpoint, resource, registry, edge, log, createReference, sessions } = parts
  const resourceMetadataUrl = metadataUrl(endpoint)
  const access = createToolAccess(registry, parts.policy)
  const failures = { resourceMetadataUrl, baselineScopes: resource.baselineScopes, log }
  const servers = createMcpServers({ registry, access, log, createReference })
  const mcp = mcpRoute({
    createServer: servers.create,
    ...(sessions === undefined ? {} : { sessions: { ...sessions, onRequest: servers.refresh } }),
    ...failures,
  })

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', edge.trustProxy)

  app.use(requestContext())
  app.use(securityHeaders())
  app.use(healthRoute())
  app.use(hostsAndOrigins({ endpoint, hosts: edge.hosts, origins: edge.origins }))
  app.use(limitByAddress({ perMinute: edge.perAddressPerMinute }))
  app.use(protectedResourceMetadataRoute(endpoint, resource))
  app.all(
    endpoint.pathname,
    ...formBody(),
    bearerAuth({
      verifier: parts.verifier,
      resource: resource.resource,
      endpoint,
      resourceMetadataUrl,
    }),
    limitByCaller({ perMinute: edge.perCallerPerMinute }),
    ...jsonBody(edge.maxBodyBytes),
    toolScopes({ access, log }),
    tokenExchange({
      registry,
      exchanger: parts.exchanger,
      apis: parts.apis,
      forwardClientAddress: parts.forwardClientAddress ?? false,
      sessions: sessions !== undefined,
      log,
      ...(parts.delegation === undefined ? {} : { delegation: parts.delegation }),
      ...(parts.fetch === undefined ? {} : { fetch: parts.fetch }),
      ...(parts.apiTimeoutMs === undefined ? {} : { timeoutMs: parts.apiTimeoutMs }),
    }),
    mcp.handler,
  )
  app.use(notFound)
  app.use(errorHandler(failures))
  return { express: app, drain: mcp.drain, close: mcp.close }
}
