import type { ErrorRequestHandler, RequestHandler } from 'express'
import { answerForms } from '../../middleware/answer-forms.js'
import { bearerAuth } from '../../middleware/require-bearer-auth.js'
import { endpointMethods } from '../../middleware/endpoint-methods.js'
import { errorHandler, type ErrorHandlerOptions } from '../../middleware/error-handler.js'
import { hostsAndOrigins } from '../../middleware/host-and-origin-validation.js'
import { knownHosts } from '../../middleware/known-hosts.js'
import { limitAtOnce } from '../../middleware/limit-concurrency.js'
import { limitByAddress, limitByCaller } from '../../middleware/rate-limits.js'
import { formBody, jsonBody } from '../../middleware/request-body.js'
import { requestContext } from '../../middleware/request-context.js'
import { securityHeaders } from '../../middleware/security-headers.js'
import { tokenExchange, type TokenExchangeOptions } from '../../middleware/token-exchange.js'
import { toolScopes, type ToolScopesOptions } from '../../middleware/tool-scopes.js'
import { protectedResourceMetadataRoute } from '../../routes/protected-resource-metadata.js'
import type { HttpLimits } from '../limits/http-limits.js'
import type { AccessTokenVerifier } from '../identity/access-token-verifier.js'
import type { CallerPolicy } from '../identity/caller.js'
import type { Log } from '../logging/log.js'
import {
  metadataUrl,
  type MetadataLocation,
  type ResourceDescription,
} from '../http/protected-resource-metadata.js'
import type { ToolAccess } from '../tools/access.js'
import { createScopeNames, type ScopeNames } from '../tools/scope-names.js'

/** What the doors in front of an MCP endpoint are made of. */
export interface MiddlewareChainOptions {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  readonly resource: ResourceDescription
  /** Where challenges say that the metadata is. Default `host`. */
  readonly metadataLocation?: MetadataLocation | undefined
  readonly http: Omit<HttpLimits, 'trustProxy'>
  readonly verifier: AccessTokenVerifier
  readonly callerPolicy?: CallerPolicy | undefined
  readonly access: ToolAccess
  /** What becomes of a call of a tool that `access` does not know. Default `refuse`. */
  readonly undeclaredTools?: ToolScopesOptions['undeclaredTools']
  readonly exchange: Omit<TokenExchangeOptions, 'log'>
  readonly log: Log
  /** Which requests' failures `errors` answers. Default: all. */
  readonly answers?: ErrorHandlerOptions['answers']
}

/** The doors, in the order in which a call meets them. */
export interface MiddlewareChain {
  /** For every request, before anything is believed about it. */
  readonly context: readonly RequestHandler[]
  /** The protected-resource metadata, for those who are not signed in yet. Any web page may read it. */
  readonly metadata: RequestHandler
  /** Host, Origin and the limit by address. */
  readonly edge: readonly RequestHandler[]
  /** From the credentials to the exchanged token; right in front of the MCP endpoint. */
  readonly endpoint: readonly RequestHandler[]
  /** Turns their failures into answers. */
  readonly errors: ErrorRequestHandler
}

/** A request that is refused for its Host or Origin counts by address as well: strangers must not fill the log. */
function limitedWithRefusals(guard: RequestHandler, limit: RequestHandler): RequestHandler[] {
  return [
    function limitedRefusals(req, res, next) {
      void guard(req, res, (refusal?: unknown) => {
        if (refusal === undefined) next()
        else {
          void limit(req, res, (exceeded?: unknown) => {
            next(exceeded ?? refusal)
          })
        }
      })
    },
    limit,
  ]
}

/** Creates the doors; the one place that knows their order. Mounts nothing. */
export function createMiddlewareChain(parts: MiddlewareChainOptions): MiddlewareChain {
  const { endpoint, http: edge, log } = parts
  const { nameScopes, resource } = namedScopes(parts)
  const resourceMetadataUrl = metadataUrl(endpoint, parts.metadataLocation)
  const { allowedHosts: hosts, allowedOrigins: origins } = edge
  const addressLimit = limitByAddress({ perMinute: edge.rateLimitPerAddress })
  return {
    context: [requestContext(), securityHeaders()],
    metadata: protectedResourceMetadataRoute(
      endpoint,
      resource,
      limitedWithRefusals(knownHosts({ endpoint, hosts }), addressLimit),
    ),
    edge: limitedWithRefusals(hostsAndOrigins({ endpoint, hosts, origins }), addressLimit),
    endpoint: [
      ...formBody(),
      bearerAuth({
        verifier: parts.verifier,
        resource: resource.resource,
        endpoint,
        resourceMetadataUrl,
        ...(parts.callerPolicy === undefined ? {} : { policy: parts.callerPolicy }),
      }),
      endpointMethods(),
      limitByCaller({
        perMinute: edge.rateLimitPerCaller,
        bytesPerMinute: edge.bodyBytesPerCaller,
      }),
      limitAtOnce({ atOnce: edge.concurrencyPerCaller }),
      answerForms(),
      ...jsonBody(edge.maxBodyBytes),
      toolScopes({ access: parts.access, undeclaredTools: parts.undeclaredTools, log }),
      tokenExchange({ ...parts.exchange, log }),
    ],
    errors: errorHandler({
      resourceMetadataUrl,
      baselineScopes: resource.baselineScopes,
      nameScopes,
      log,
      ...(parts.answers === undefined ? {} : { answers: parts.answers }),
    }),
  }
}

/** The scopes as clients have to ask for them, in challenges and in the metadata. */
export function namedScopes({
  access,
  callerPolicy,
  resource,
}: Pick<MiddlewareChainOptions, 'access' | 'callerPolicy' | 'resource'>): {
  readonly nameScopes: ScopeNames
  readonly resource: ResourceDescription
} {
  const own = [...access.scopes, ...resource.baselineScopes]
  const nameScopes = createScopeNames({ prefix: callerPolicy?.scopePrefix, own })
  return {
    nameScopes,
    resource: { ...resource, baselineScopes: nameScopes(resource.baselineScopes) },
  }
}
