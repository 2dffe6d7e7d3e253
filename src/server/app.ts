import express, { type Express } from 'express'
import { notFound } from '../../middleware/not-found.js'
import { healthRoute } from '../../routes/health.js'
import { homePageRoute, type HomePageOptions } from '../../routes/home.js'
import { mcpRoute } from '../../routes/mcp.js'
import { createMiddlewareChain, namedScopes } from '../on-behalf-of/middleware-chain.js'
import type { DownstreamApi } from '../downstream/downstream-client.js'
import type { HttpLimits } from '../limits/http-limits.js'
import type { DelegationPolicy } from '../exchange/delegation-policy.js'
import type { TokenExchanger } from '../exchange/token-exchanger.js'
import type { AccessTokenVerifier } from '../identity/access-token-verifier.js'
import type { CallerPolicy } from '../identity/caller.js'
import type { Fetch } from '../http/fetch-json.js'
import type { Log } from '../logging/log.js'
import { createMcpServers } from './mcp-servers.js'
import {
  metadataUrl,
  type MetadataLocation,
  type ResourceDescription,
} from '../http/protected-resource-metadata.js'
import type { SessionLimits } from '../sessions/session-registry.js'
import { createToolAccess, type AccessPolicy } from '../tools/access.js'
import type { ToolRegistry } from '../tools/registry.js'
import { SERVER_NAME, VERSION } from '../version.js'

/** Everything an app is made of, chosen elsewhere. */
export interface AppParts {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  readonly resource: ResourceDescription
  /** Where challenges say that the metadata is. Default `host`. */
  readonly metadataLocation?: MetadataLocation | undefined
  readonly edge: HttpLimits
  readonly policy: AccessPolicy
  readonly verifier: AccessTokenVerifier
  /** Whose tokens count, and how their scopes are read. Default: those of users; `scope`, else `scp`. */
  readonly callerPolicy?: CallerPolicy | undefined
  readonly exchanger: TokenExchanger
  readonly registry: ToolRegistry
  readonly apis: Readonly<Record<string, DownstreamApi>>
  readonly log: Log
  readonly createReference: () => string
  /** Gives 2025 clients sessions. Default: none. */
  readonly sessions?: SessionLimits
  readonly delegation?: DelegationPolicy
  /** Shows a page to people at `/`, which names every tool to anybody. Default false. */
  readonly homePage?: boolean
  /** Passes the user's address on to the authorization server. Default false. */
  readonly forwardClientAddress?: boolean
  /** Calls the APIs. */
  readonly fetch?: Fetch
  /** For one call of an API. */
  readonly apiTimeoutMs?: number
  /** Calls of one API under way at a time. Default 64. */
  readonly apiConnections?: number | undefined
  /** Those of one user. Default: a quarter of `apiConnections`. */
  readonly apiConcurrencyPerUser?: number | undefined
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
  const { endpoint, registry, edge, log } = parts
  const resourceMetadataUrl = metadataUrl(endpoint, parts.metadataLocation)
  const access = createToolAccess(registry, parts.policy)
  const { callerPolicy } = parts
  const { nameScopes, resource } = namedScopes({ ...parts, access })
  const { baselineScopes } = resource
  const failures = { resourceMetadataUrl, baselineScopes, nameScopes, log }
  const { createReference, sessions } = parts
  const servers = createMcpServers({ registry, access, log, createReference })
  const mcp = mcpRoute({
    createServer: servers.create,
    ...(sessions === undefined ? {} : { sessions: { ...sessions, onRequest: servers.refresh } }),
    ...failures,
  })

  const doors = createMiddlewareChain({
    ...{ endpoint, resource, http: edge, access, callerPolicy, log },
    metadataLocation: parts.metadataLocation,
    // The SDK servers have the tools of the registry and no others: it answers as the protocol says.
    undeclaredTools: 'allow',
    verifier: parts.verifier,
    exchange: {
      registry,
      exchanger: parts.exchanger,
      apis: parts.apis,
      forwardClientAddress: parts.forwardClientAddress ?? false,
      sessions: mcp.sessions,
      connections: parts.apiConnections,
      concurrencyPerUser: parts.apiConcurrencyPerUser,
      host: 'standalone',
      ...(parts.delegation === undefined ? {} : { delegation: parts.delegation }),
      ...(parts.fetch === undefined ? {} : { fetch: parts.fetch }),
      ...(parts.apiTimeoutMs === undefined ? {} : { timeoutMs: parts.apiTimeoutMs }),
    },
  })

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', edge.trustProxy)

  app.use(...doors.context)
  app.use(healthRoute(basePathOf(endpoint)))
  app.use(doors.metadata)
  app.use(...doors.edge)
  if (parts.homePage === true) app.use(homePageRoute(homePageOptions({ ...parts, resource })))
  app.all(endpoint.pathname, ...doors.endpoint, mcp.handler)
  app.use(notFound(endpoint))
  app.use(doors.errors)
  return { express: app, drain: mcp.drain, close: mcp.close }
}

/** What stands in front of `/mcp`; empty at the root. */
function basePathOf({ pathname }: URL): string {
  return pathname.replace(/\/[^/]*$/, '')
}

function homePageOptions({ endpoint, resource, registry }: AppParts): HomePageOptions {
  return {
    ...{ endpoint, resource, tools: registry.tools },
    ...{ name: SERVER_NAME, version: VERSION },
    healthUrl: new URL('/healthz', endpoint),
  }
}
