import express, { type Express } from 'express'
import { bearerAuth } from '../middleware/bearer-auth.js'
import { errorHandler } from '../middleware/error-handler.js'
import { requestContext } from '../middleware/request-context.js'
import { tokenExchange } from '../middleware/token-exchange.js'
import { toolScopes } from '../middleware/tool-scopes.js'
import { healthRoute } from '../routes/health.js'
import { mcpRoute } from '../routes/mcp.js'
import { protectedResourceMetadataRoute } from '../routes/protected-resource-metadata.js'
import type { DownstreamApi } from './downstream/downstream-client.js'
import type { TokenExchanger } from './exchange/token-exchanger.js'
import type { AccessTokenVerifier } from './identity/access-token-verifier.js'
import type { Fetch } from './identity/fetch-json.js'
import type { Log } from './log.js'
import { createMcpServerFactory } from './mcp-server.js'
import { metadataUrl, type ResourceDescription } from './protected-resource-metadata.js'
import type { ToolRegistry } from './tools/registry.js'

/** Everything an app is made of, chosen elsewhere. */
export interface AppParts {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  readonly resource: ResourceDescription
  readonly verifier: AccessTokenVerifier
  readonly exchanger: TokenExchanger
  readonly registry: ToolRegistry
  readonly apis: Readonly<Record<string, DownstreamApi>>
  readonly log: Log
  readonly createReference: () => string
  /** Calls the APIs. */
  readonly fetch?: Fetch
  /** For one call of an API. */
  readonly apiTimeoutMs?: number
  /** Largest request body, in bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number
}

export interface App {
  readonly express: Express
  /** Ends open MCP streams; call it after the server has stopped to accept. */
  readonly close: () => Promise<void>
}

/** Mounts middleware and routes in the order in which a call meets them. Listens to nothing. */
export function createApp(parts: AppParts): App {
  const { endpoint, resource, registry, log } = parts
  const resourceMetadataUrl = metadataUrl(endpoint)
  const mcp = mcpRoute({ createServer: createMcpServerFactory(parts), log })

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')

  app.use(requestContext())
  app.use(healthRoute())
  app.use(protectedResourceMetadataRoute(endpoint, resource))

  app.all(
    endpoint.pathname,
    bearerAuth({
      verifier: parts.verifier,
      resource: resource.resource,
      endpoint,
      resourceMetadataUrl,
    }),
    express.json({ limit: parts.maxBodyBytes ?? 1024 * 1024 }),
    toolScopes({ registry }),
    tokenExchange({
      registry,
      exchanger: parts.exchanger,
      apis: parts.apis,
      ...(parts.fetch === undefined ? {} : { fetch: parts.fetch }),
      ...(parts.apiTimeoutMs === undefined ? {} : { timeoutMs: parts.apiTimeoutMs }),
    }),
    mcp.handler,
  )

  app.use(errorHandler({ resourceMetadataUrl, baselineScopes: resource.baselineScopes, log }))
  return { express: app, close: mcp.close }
}
