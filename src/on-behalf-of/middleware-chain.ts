import type { ErrorRequestHandler, RequestHandler } from 'express'
import { anonymousRequests } from '../../middleware/anonymous-requests.js'
import { answerForms } from '../../middleware/answer-forms.js'
import { requireBearerAuth } from '../../middleware/require-bearer-auth.js'
import { callPolicy, type CallPolicyOptions } from '../../middleware/call-policy.js'
import { endpointMethods } from '../../middleware/endpoint-methods.js'
import { errorHandler, type ErrorHandlerOptions } from '../../middleware/error-handler.js'
import { hostAndOriginValidation } from '../../middleware/host-and-origin-validation.js'
import { knownHosts } from '../../middleware/known-hosts.js'
import { inSequence } from '../../middleware/in-sequence.js'
import { innerCalls } from '../../middleware/inner-calls.js'
import { limitConcurrency } from '../../middleware/limit-concurrency.js'
import { limitTools } from '../../middleware/limit-tools.js'
import { observeRequests } from '../../middleware/observe-requests.js'
import { limitByAddress, limitByCaller } from '../../middleware/rate-limits.js'
import { formBody, jsonBody } from '../../middleware/request-body.js'
import { requestContext } from '../../middleware/request-context.js'
import { securityHeaders } from '../../middleware/security-headers.js'
import { tokenExchange, type TokenExchangeOptions } from '../../middleware/token-exchange.js'
import { toolScopes, type ToolScopesOptions } from '../../middleware/tool-scopes.js'
import { protectedResourceMetadataRoute } from '../../routes/protected-resource-metadata.js'
import type { ChallengeOptions } from '../failures/failure-response.js'
import {
  metadataUrl,
  type MetadataLocation,
  type ResourceDescription,
} from '../http/protected-resource-metadata.js'
import type { AccessTokenVerifier } from '../identity/access-token-verifier.js'
import type { CallerPolicy } from '../identity/caller.js'
import type { HttpLimits } from '../limits/http-limits.js'
import type { Logger } from '../logging/logger.js'
import type { ObservationOptions } from '../observability/observation-options.js'
import type { ToolAccess } from '../tools/access.js'
import { createScopeNames } from '../tools/scope-names.js'

/** What the middleware in front of an MCP endpoint is made of. */
export interface MiddlewareChainOptions {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  readonly resource: ResourceDescription
  /** Where challenges say that the metadata is. Default `host`. */
  readonly metadataLocation?: MetadataLocation | undefined
  readonly http: HttpLimits
  readonly verifier: AccessTokenVerifier
  readonly callerPolicy?: CallerPolicy | undefined
  /** The clients that act on the result of a tool and not on an HTTP error. Default: none. */
  readonly takesResults?: ChallengeOptions['takesResults']
  readonly structuredDenials?: ChallengeOptions['structuredDenials']
  readonly access: ToolAccess
  /** What becomes of a call of a tool that `access` does not know. Default `refuse`. */
  readonly undeclaredTools?: ToolScopesOptions['undeclaredTools']
  readonly exchange: Omit<TokenExchangeOptions, 'log'>
  /** Decides about each call. Default: scopes and limits alone do. */
  readonly policy?: Pick<CallPolicyOptions, 'policy' | 'timeoutMs' | 'operationOf'> | undefined
  readonly log: Logger
  /** Default: nobody observes, and nothing is prepared for it. */
  readonly observation?: ObservationOptions | undefined
  /** Which requests' failures `errors` answers. Default: all. */
  readonly answers?: ErrorHandlerOptions['answers']
}

/** The middleware, in the order in which a request meets it. */
export interface MiddlewareChain {
  /** For every request: its id, and the security headers of its answer. */
  readonly context: readonly RequestHandler[]
  /** Behind `context`, for requests to the MCP endpoint alone. */
  readonly observed: readonly RequestHandler[]
  /** The protected-resource metadata, for clients that are not signed in yet. Any web page may read it. */
  readonly metadata: RequestHandler
  /** Host, Origin and the limit by address. */
  readonly guard: readonly RequestHandler[]
  /** From the credentials to the exchanged token; right in front of the MCP endpoint. */
  readonly endpoint: readonly RequestHandler[]
  /** Turns their failures into answers. */
  readonly errors: ErrorRequestHandler
  /** The metadata's description, with the scopes as clients have to ask for them. */
  readonly resource: ResourceDescription
}

/** Creates the middleware; the one place that knows its order. Mounts nothing. */
export function createMiddlewareChain(options: MiddlewareChainOptions): MiddlewareChain {
  const { endpoint, http, log } = options
  const { allowedHosts, allowedOrigins } = http
  const { registry, host } = options.exchange
  const { resource, challenges } = challengesFor(options)
  const observing = options.observation && observeRequests(options.observation)
  const addressLimit = limitByAddress({ perMinute: http.rateLimitPerAddress })
  return {
    resource,
    context: [requestContext(), securityHeaders()],
    observed: observing === undefined ? [] : [observing.requests],
    metadata: protectedResourceMetadataRoute(
      endpoint,
      resource,
      limitedWithRefusals(knownHosts({ endpoint, allowedHosts }), addressLimit),
    ),
    guard: limitedWithRefusals(
      hostAndOriginValidation({
        endpoint,
        allowedHosts,
        allowedOrigins,
      }),
      addressLimit,
    ),
    endpoint: endpointChain(options, {
      authenticate: requireBearerAuth({
        ...challenges,
        verifier: options.verifier,
        resource: resource.resource,
        endpoint,
        callerPolicy: options.callerPolicy,
      }),
      observeCalls: observing === undefined ? [] : [observing.calls],
      limitCalls: limitTools({ registry, host, limits: http.toolLimits }),
      decide:
        options.policy === undefined
          ? []
          : [callPolicy({ ...options.policy, registry, host: host ?? 'library' })],
      challenges,
    }),
    errors: errorHandler({ ...challenges, log, answers: options.answers }),
  }
}

function callsOthers({ tools }: TokenExchangeOptions['registry']): boolean {
  return tools.some(({ callsTools }) => callsTools !== undefined)
}

interface EndpointParts {
  readonly authenticate: RequestHandler
  readonly observeCalls: readonly RequestHandler[]
  readonly limitCalls: RequestHandler
  readonly decide: readonly RequestHandler[]
  readonly challenges: ChallengeOptions
}

/** From the credentials to the exchanged token. Where no tool is public, there is no other way through. */
function endpointChain(
  { endpoint, http, access, undeclaredTools, exchange, log }: MiddlewareChainOptions,
  { authenticate, observeCalls, limitCalls, decide, challenges }: EndpointParts,
): readonly RequestHandler[] {
  const signedIn = [
    authenticate,
    endpointMethods(),
    limitByCaller({
      perMinute: http.rateLimitPerCaller,
      bytesPerMinute: http.bodyBytesPerCaller,
    }),
    limitConcurrency({ concurrencyPerCaller: http.concurrencyPerCaller }),
    answerForms(),
    jsonBody(http.maxBodyBytes),
    // Where no tool calls others, the body says all that there is to know.
    ...(callsOthers(exchange.registry) ? [innerCalls(access)] : []),
    ...observeCalls,
    toolScopes({ access, undeclaredTools, log }),
    limitCalls,
    ...decide,
    tokenExchange({ ...exchange, log }),
  ]
  if (access.publicTools.length === 0) return [formBody(), ...signedIn]
  const fork = anonymousRequests({
    ...{ access, endpoint, challenges, maxBodyBytes: http.maxBodyBytes },
    perMinute: http.publicRateLimitPerAddress,
    concurrency: http.publicConcurrency,
    admitted: inSequence([...observeCalls, limitCalls, ...decide]),
    others: inSequence(signedIn),
  })
  return [formBody(), fork]
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

/** What challenges and the metadata say; the scopes as clients have to ask for them. */
function challengesFor({
  endpoint,
  metadataLocation,
  access,
  callerPolicy,
  resource,
  takesResults,
  structuredDenials,
}: MiddlewareChainOptions) {
  const own = [...access.scopes, ...resource.baselineScopes]
  const nameScopes = createScopeNames({ prefix: callerPolicy?.scopePrefix, own })
  const baselineScopes = nameScopes(resource.baselineScopes)
  const resourceMetadataUrl = metadataUrl(endpoint, metadataLocation)
  return {
    resource: { ...resource, baselineScopes },
    challenges: {
      ...{ resourceMetadataUrl, baselineScopes, nameScopes },
      ...{ takesResults, structuredDenials },
    },
  }
}
