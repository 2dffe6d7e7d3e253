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
import { keepTools, ofPresentErrors, ofPresentTools } from '../../middleware/keep-tools.js'
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
import type { Revocation } from '../revocation/revocation.js'
import type { SharedCounts } from '../store/shared-state.js'
import type { ObservationOptions } from '../observability/observation-options.js'
import { createScopeNames } from '../tools/scope-names.js'
import { ofCurrentTools, type ToolSet, type ToolSets } from '../tools/tool-set.js'

/** What the middleware in front of an MCP endpoint is made of. */
export interface MiddlewareChainOptions {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  readonly resource: Omit<ResourceDescription, 'baselineScopes'>
  /** Where challenges say that the metadata is. Default `host`. */
  readonly metadataLocation?: MetadataLocation | undefined
  readonly http: HttpLimits
  /** The instances that count limits a minute together. Default: this process alone. */
  readonly shared?: SharedCounts | undefined
  readonly verifier: AccessTokenVerifier
  readonly callerPolicy?: CallerPolicy | undefined
  /** Knows who is signed out. Default: a token counts until it expires. */
  readonly revocation?: Pick<Revocation, 'assertInForce'> | undefined
  /** The clients that act on the result of a tool and not on an HTTP error. Default: none. */
  readonly takesResults?: ChallengeOptions['takesResults']
  readonly structuredDenials?: ChallengeOptions['structuredDenials']
  /** The tools, and who may use which. */
  readonly toolSets: ToolSets
  /** What becomes of a call of a tool that is none of these. Default `refuse`. */
  readonly undeclaredTools?: ToolScopesOptions['undeclaredTools']
  readonly exchange: Omit<TokenExchangeOptions, 'log' | 'registry'>
  /** Decides about each call. Default: scopes and limits alone do. */
  readonly policy?: Pick<CallPolicyOptions, 'policy' | 'timeoutMs'> | undefined
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
  /** The metadata's description at present, with the scopes as clients have to ask for them. */
  readonly resource: () => ResourceDescription
}

/** Creates the middleware; the one place that knows its order. Mounts nothing. */
export function createMiddlewareChain(options: MiddlewareChainOptions): MiddlewareChain {
  const { endpoint, http, shared } = options
  const { allowedHosts, allowedOrigins } = http
  const { toolSets } = options
  const described = ofCurrentTools(toolSets, (set) => challengesFor(options, set))
  const observing = options.observation && observeRequests(options.observation)
  const addressLimit = limitByAddress({ perMinute: http.rateLimitPerAddress, shared })
  const guards = limitedWithRefusals(knownHosts({ endpoint, allowedHosts }), addressLimit)
  return {
    resource: () => described().resource,
    context: [requestContext(), securityHeaders()],
    observed: observing === undefined ? [] : [observing.requests],
    metadata: ofPresentTools(toolSets, () =>
      protectedResourceMetadataRoute(endpoint, described().resource, guards),
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
      authenticate: ofPresentTools(toolSets, () =>
        requireBearerAuth({
          ...described().challenges,
          verifier: options.verifier,
          resource: options.resource.resource,
          endpoint,
          callerPolicy: options.callerPolicy,
          revocation: options.revocation,
        }),
      ),
      observeCalls: observing === undefined ? [] : [observing.calls],
      challenges: () => described().challenges,
    }),
    errors: ofPresentErrors(toolSets, () =>
      errorHandler({ ...described().challenges, log: options.log, answers: options.answers }),
    ),
  }
}

function callsOthers({ tools }: ToolSet['registry']): boolean {
  return tools.some(({ callsTools }) => callsTools !== undefined)
}

interface EndpointParts {
  readonly authenticate: RequestHandler
  readonly observeCalls: readonly RequestHandler[]
  readonly challenges: () => ChallengeOptions
}

/** From the credentials to the exchanged token. Where no tool is public, there is no other way through. */
function endpointChain(
  options: MiddlewareChainOptions,
  { authenticate, observeCalls, challenges }: EndpointParts,
): readonly RequestHandler[] {
  const { endpoint, http, shared, toolSets, undeclaredTools, exchange, policy, log } = options
  const { canChange, current } = toolSets
  const { registry, access } = current
  const limitCalls = limitTools({
    ...{ registry, host: exchange.host, limits: http.toolLimits, shared },
  })
  const keep = canChange ? [keepTools(toolSets)] : []
  const { host = 'library' } = exchange
  const decide = policy === undefined ? [] : [callPolicy({ ...policy, tools: current, host })]
  const signedIn = [
    authenticate,
    endpointMethods(),
    limitByCaller({
      perMinute: http.rateLimitPerCaller,
      bytesPerMinute: http.bodyBytesPerCaller,
      shared,
    }),
    limitConcurrency({ concurrencyPerCaller: http.concurrencyPerCaller }),
    answerForms(),
    jsonBody(http.maxBodyBytes),
    ...keep,
    // Where no tool calls others, the body says all that there is to know.
    ...(canChange || callsOthers(registry) ? [innerCalls(access)] : []),
    ...observeCalls,
    toolScopes({ access, undeclaredTools, log }),
    limitCalls,
    ...decide,
    tokenExchange({ ...exchange, registry, log }),
  ]
  if (access.publicTools.length === 0) return [formBody(), ...signedIn]
  const fork = anonymousRequests({
    ...{ access, endpoint, challenges, maxBodyBytes: http.maxBodyBytes, shared },
    perMinute: http.publicRateLimitPerAddress,
    concurrency: http.publicConcurrency,
    admitted: inSequence([...keep, ...observeCalls, limitCalls, ...decide]),
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
function challengesFor(
  {
    endpoint,
    metadataLocation,
    callerPolicy,
    resource,
    takesResults,
    structuredDenials,
  }: MiddlewareChainOptions,
  set: ToolSet,
) {
  const own = [...set.access.scopes, ...set.baselineScopes]
  const nameScopes = createScopeNames({ prefix: callerPolicy?.scopePrefix, own })
  const baselineScopes = nameScopes(set.baselineScopes)
  const resourceMetadataUrl = metadataUrl(endpoint, metadataLocation)
  return {
    resource: { ...resource, baselineScopes },
    challenges: {
      ...{ resourceMetadataUrl, baselineScopes, nameScopes },
      ...{ takesResults, structuredDenials },
    },
  }
}
