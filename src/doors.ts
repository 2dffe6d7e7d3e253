import type { ErrorRequestHandler, RequestHandler } from 'express'
import { bearerAuth } from '../middleware/bearer-auth.js'
import { errorHandler, type ErrorHandlerOptions } from '../middleware/error-handler.js'
import { hostsAndOrigins } from '../middleware/hosts-and-origins.js'
import { limitAtOnce, limitByAddress, limitByCaller } from '../middleware/rate-limits.js'
import { formBody, jsonBody } from '../middleware/request-body.js'
import { requestContext } from '../middleware/request-context.js'
import { securityHeaders } from '../middleware/security-headers.js'
import { tokenExchange, type TokenExchangeOptions } from '../middleware/token-exchange.js'
import { toolScopes, type ToolScopesOptions } from '../middleware/tool-scopes.js'
import { protectedResourceMetadataRoute } from '../routes/protected-resource-metadata.js'
import type { EdgePolicy } from './edge-policy.js'
import type { AccessTokenVerifier } from './identity/access-token-verifier.js'
import type { CallerPolicy } from './identity/caller.js'
import type { Log } from './log.js'
import { metadataUrl, type ResourceDescription } from './protected-resource-metadata.js'
import type { ToolAccess } from './tools/access.js'

/** What the doors in front of an MCP endpoint are made of. */
export interface DoorParts {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  readonly resource: ResourceDescription
  readonly edge: Omit<EdgePolicy, 'trustProxy'>
  readonly verifier: AccessTokenVerifier
  readonly callerPolicy?: CallerPolicy
  readonly access: ToolAccess
  /** What becomes of a call of a tool that `access` does not know. Default `refuse`. */
  readonly undeclaredTools?: ToolScopesOptions['undeclaredTools']
  readonly exchange: Omit<TokenExchangeOptions, 'log'>
  readonly log: Log
  /** Which requests' failures `errors` answers. Default: all. */
  readonly answers?: ErrorHandlerOptions['answers']
}

/** The doors, in the order in which a call meets them. */
export interface Doors {
  /** For every request, before anything is believed about it. */
  readonly context: readonly RequestHandler[]
  /** Host, Origin and the limit by address. */
  readonly edge: readonly RequestHandler[]
  /** The protected-resource metadata, for those who are not signed in yet. */
  readonly metadata: RequestHandler
  /** From the credentials to the exchanged token; right in front of the MCP endpoint. */
  readonly endpoint: readonly RequestHandler[]
  /** Turns their failures into answers. */
  readonly errors: ErrorRequestHandler
}

/** Creates the doors; the one place that knows their order. Mounts nothing. */
export function createDoors(parts: DoorParts): Doors {
  const { endpoint, resource, edge, log } = parts
  const resourceMetadataUrl = metadataUrl(endpoint)
  return {
    context: [requestContext(), securityHeaders()],
    edge: [
      hostsAndOrigins({ endpoint, hosts: edge.hosts, origins: edge.origins }),
      limitByAddress({ perMinute: edge.perAddressPerMinute }),
    ],
    metadata: protectedResourceMetadataRoute(endpoint, resource),
    endpoint: [
      ...formBody(),
      bearerAuth({
        verifier: parts.verifier,
        resource: resource.resource,
        endpoint,
        resourceMetadataUrl,
        ...(parts.callerPolicy === undefined ? {} : { policy: parts.callerPolicy }),
      }),
      limitByCaller({ perMinute: edge.perCallerPerMinute }),
      limitAtOnce({ atOnce: edge.perCallerAtOnce }),
      ...jsonBody(edge.maxBodyBytes),
      toolScopes({ access: parts.access, undeclaredTools: parts.undeclaredTools, log }),
      tokenExchange({ ...parts.exchange, log }),
    ],
    errors: errorHandler({
      resourceMetadataUrl,
      baselineScopes: resource.baselineScopes,
      log,
      ...(parts.answers === undefined ? {} : { answers: parts.answers }),
    }),
  }
}
