import { Router, type ErrorRequestHandler, type Request, type RequestHandler } from 'express'
import { inSequence } from '../../middleware/in-sequence.js'
import { stateOf } from '../../middleware/request-state.js'
import { createWiringCheck } from '../../middleware/wiring-check.js'
import type { ToolHost } from '../downstream/call-log.js'
import type { AssertionDefaults } from '../exchange/client-authentication.js'
import { primaryOf } from '../exchange/exchange-place.js'
import type { Fetch } from '../http/fetch-json.js'
import { createOutgoingFetch, type OutgoingFetch } from '../http/outgoing-fetch.js'
import type { Readiness } from '../http/readiness.js'
import { metadataPaths, type ResourceDescription } from '../http/protected-resource-metadata.js'
import type { CallerPolicy } from '../identity/caller.js'
import { createClientList } from '../identity/client-list.js'
import type { DpopReplayOptions } from '../identity/dpop-replay-cache.js'
import type { Issuer } from '../identity/issuer-keys.js'
import { createJwtBearerVerifier } from '../identity/jwt-bearer-verifier.js'
import type { KnownIssuers } from '../identity/known-issuers.js'
import { warnOfUnfitResource } from '../identity/resource-fit.js'
import { silentLog } from '../logging/logger.js'
import type { ObservationOptions } from '../observability/observation-options.js'
import { sharedCounts } from '../store/shared-state.js'
import type { ToolSets } from '../tools/tool-set.js'
import { createToolAccess } from '../tools/access.js'
import { createToolRegistry } from '../tools/registry.js'
import { SCOPE_OPTIONS, warnOfScopesOfNoTool } from '../tools/scopes-of-no-tool.js'
import { withDefaults, type ResolvedOptions } from './defaults.js'
import { exchangePartsFor, type ExchangeParts } from './exchange-parts.js'
import { claimProfileOfOptions } from './exchanger.js'
import { observationFor } from './observation.js'
import { createMiddlewareChain, type MiddlewareChain } from './middleware-chain.js'
import type { ListingServerOptions, OptionsNamingApis } from './options.js'
import { primaryIssuersBy } from './primary-issuers.js'
import { assertOnBehalfOfOptions } from './options-schema.js'

/**
 * What to mount in an Express app with an MCP endpoint.
 *
 * @category Start here
 */
export interface OnBehalfOf {
  /** Tells clients where to sign in: `app.use(metadata)`. */
  readonly metadata: RequestHandler
  /** Right in front of the MCP endpoint: `app.all('/mcp', protect, yourHandler)`. */
  readonly protect: RequestHandler
  /** Behind it, for what fails in your handler: `app.use(errors)`. Other routes' errors pass. */
  readonly errors: ErrorRequestHandler
  /**
   * The first part of `protect`, for further routes of yours that strangers reach: request id, security headers, Host and
   * Origin, the limit by address. `app.use(guard)` in front of both is counted once.
   */
  readonly guard: RequestHandler
  /** Ends the idle connections to the authorization server and the APIs, and waits for calls under way. */
  readonly close: () => Promise<void>
}

/** `onBehalfOf`, and what the standalone server needs of it beside. */
export interface ComposedOnBehalfOf extends OnBehalfOf {
  /** Request id and security headers alone. */
  readonly context: RequestHandler
  /** What the metadata says at present. */
  readonly resource: () => ResourceDescription
  /** Whether the server should get new requests. */
  readonly readiness: Readiness
  /** Where users sign in: the first issuer of each tenant. */
  readonly issuers: readonly Issuer[]
  /** All whose tokens are accepted. */
  readonly acceptedIssuers: readonly Issuer[]
  readonly callerPolicy: CallerPolicy
  /** How the authorization server wants the assertions of its clients. */
  readonly clientAssertion: AssertionDefaults | undefined
  /** Reaches the authorization server. */
  readonly fetch: Fetch
}

/**
 * Creates everything in front of an MCP endpoint whose tools call APIs as the signed-in user. The standalone server
 * is this and its routes.
 *
 * `protect` answers the requests that it refuses. A request that passes has `req.auth`, and its tools have their
 * APIs. Throws a `TypeError` that names every issue of the options. Connects to nothing until the first call.
 *
 * @category Start here
 * @example
 * const { metadata, protect, errors } = onBehalfOf({
 *   endpoint: new URL('https://mcp.example.com/mcp'),
 *   issuer: 'https://tenant.eu.auth0.com/',
 *   client: { id: 'client-id', secret: new Secret('client-secret') },
 *   apis: { api: { audience: 'https://api.example.com/', baseUrl: new URL('https://api.example.com') } },
 *   tools: [{ name: 'greet', requiredScopes: ['tool:greet'], downstream: { api: 'api', scopes: ['read:me'] } }],
 * })
 * app.use(metadata)
 * app.all('/mcp', protect, mcpRoute({ createServer }).handler)
 * app.use(errors)
 */
export function onBehalfOf<const Api extends string, const Name extends string = never>(
  options: OptionsNamingApis<Api, Name>,
): OnBehalfOf {
  assertOnBehalfOfOptions(options)
  // Where calls of undeclared tools are allowed, those may have scopes of their own.
  if (options.undeclaredTools !== 'allow') warnOfScopes(options)
  return composeOnBehalfOf(options, 'library')
}

/** Logs scopes among the options that no tool requires. */
export function warnOfScopes({ baselineScopes, access, tools, log }: ListingServerOptions): void {
  const named = { baselineScopes, scopeHierarchy: access?.scopeHierarchy ?? {} }
  warnOfScopesOfNoTool(named, { tools, origins: SCOPE_OPTIONS }, log ?? silentLog)
}

/**
 * `onBehalfOf` for options that have been checked; `host` decides whether log lines speak of options or of settings. `sets`: the tools,
 * in place of those of the options.
 */
export function composeOnBehalfOf(
  given: ListingServerOptions,
  host: ToolHost,
  sets?: ToolSets,
): ComposedOnBehalfOf {
  const options = withDefaults(given)
  const connections = connectionsFor(options)
  const reached = { ...options, fetch: options.fetch ?? connections.fetch }
  const exchange = exchangePartsFor(reached)
  const observation = observationFor({
    ...{ log: options.log, audit: options.audit, observer: options.observer },
    ...{ tools: options.tools, ownTools: host === 'standalone' },
    toolFacts: sets && ((name) => sets.current.facts(name)),
    ...{ endpoint: options.endpoint, apis: options.apis, traceContext: options.traceContext },
  })
  const toolSets = sets ?? declaredTools(options, observation.options)
  const chain = chainFor(reached, {
    ...{ host, exchange, connections, toolSets, observation: observation.options },
    answers: (req) => stateOf(req).passed?.has(context) === true,
  })
  const { endpoint, log = silentLog } = options
  const wiring = createWiringCheck({ endpoint, log })
  const context = once(chain.context)
  const guard = once([context, ...chain.guard])
  const inFront = [context, ...chain.observed, wiring.protect, guard]
  const endpointChain = inSequence([...inFront, ...chain.endpoint])
  const metadata = Router().use(wiring.metadata)
  metadata.route([...metadataPaths(endpoint)]).all(context)
  metadata.use(chain.metadata, chain.errors)
  return {
    metadata,
    protect: function protect(req, res, next) {
      return endpointChain(req, res, (failure?: unknown) => {
        if (failure === undefined) next()
        else chain.errors(failure, req, res, next)
      })
    },
    guard,
    context,
    errors: chain.errors,
    resource: chain.resource,
    readiness: exchange.readiness,
    issuers: primaryIssuersOf(exchange.issuers),
    acceptedIssuers: exchange.issuers.accepted,
    callerPolicy: callerPolicyOf(options),
    clientAssertion: options.identityProvider.clientAssertion,
    fetch: options.exchange.fetch ?? reached.fetch,
    close: () => connections.close().finally(observation.close),
  }
}

/** The tools of the options, which stay what they are. */
function declaredTools(
  { tools, access, baselineScopes }: ResolvedOptions,
  { toolFacts: facts }: ObservationOptions,
): ToolSets {
  const registry = createToolRegistry(tools)
  const current = { registry, access: createToolAccess(registry, access), facts, baselineScopes }
  return { current, canChange: false }
}

function primaryIssuersOf({ accepted, families }: KnownIssuers): readonly Issuer[] {
  return accepted.filter(({ issuer }) => primaryOf(issuer, families) === issuer)
}

function callerPolicyOf(options: ResolvedOptions): CallerPolicy {
  const { access, callerPolicy, tenants } = options
  return {
    ...callerPolicy,
    // One profile for all requests, in place of the options that it is made of.
    ...{ claimProfile: claimProfileOfOptions(options), scopeClaim: undefined },
    ...{ subjectClaims: undefined, clientClaim: undefined },
    sessionClaim: options.revocation && callerPolicy.sessionClaim,
    tenants: tenants.tenants,
    primaryIssuers: primaryIssuersBy(tenants.families),
    ignorePermissions: access.authorizationClaims === 'scope',
  }
}

/** The handlers as one, which a request goes through no more than once wherever it is mounted. */
function once(handlers: readonly RequestHandler[]): RequestHandler {
  const all = inSequence(handlers)
  return function onceMiddleware(req, res, next) {
    const passed = (stateOf(req).passed ??= new Set())
    if (passed.has(onceMiddleware)) {
      next()
      return
    }
    passed.add(onceMiddleware)
    return all(req, res, next)
  }
}

/** Connections of our own for what is given no `fetch`. */
function connectionsFor({ fetch, apiCalls }: ResolvedOptions): OutgoingFetch {
  return fetch !== undefined && apiCalls.fetch !== undefined
    ? { fetch, close: () => Promise.resolve() }
    : createOutgoingFetch({ connections: apiCalls.connections })
}

/** Where used DPoP proofs are remembered. */
function proofsOf({ shared }: ResolvedOptions): DpopReplayOptions | undefined {
  return shared && { store: shared.store, outage: shared.outage }
}

interface Composition {
  readonly host: ToolHost
  readonly exchange: ExchangeParts
  readonly connections: OutgoingFetch
  readonly answers: (req: Request) => boolean
  readonly observation: ObservationOptions | undefined
  readonly toolSets: ToolSets
}

function chainFor(options: ResolvedOptions, composition: Composition): MiddlewareChain {
  const { endpoint, resource, tokenAudience, log = silentLog, apiCalls } = options
  const { host, connections, answers, observation, toolSets } = composition
  const { issuers, exchanger, observer } = composition.exchange
  warnOfUnfitResource({ resource, endpoint }, log)
  return createMiddlewareChain({
    ...{ endpoint, log, observation, answers, toolSets },
    ...{ http: options.http, shared: sharedCounts(options.shared) },
    resource: {
      resource,
      authorizationServers: options.tenants.advertised,
    },
    metadataLocation: options.metadataLocation,
    verifier: createJwtBearerVerifier({
      audience: tokenAudience,
      resource,
      issuers: issuers.accepted,
      toleratedAudiences: [options.client.id, ...options.toleratedAudiences],
      clockToleranceSeconds: options.clockToleranceSeconds,
      maxVerifiedTokens: options.verifiedTokenCacheEntries,
      proofs: proofsOf(options),
      observer,
    }),
    ...{ callerPolicy: callerPolicyOf(options), revocation: options.revocation },
    takesResults: createClientList(options.challengeResultClients),
    structuredDenials: options.structuredDenials,
    undeclaredTools: options.undeclaredTools,
    policy: options.policy && { policy: options.policy, timeoutMs: options.policyTimeoutMs },
    exchange: {
      ...apiCalls,
      ...{ observer, traceContext: options.traceContext },
      ...{ host, hasPolicy: options.policy !== undefined, revocation: options.revocation },
      apis: options.apis,
      delegation: options.delegation,
      sessions: options.sessions,
      exchanger,
      forwardClientAddress: options.exchange.forwardClientAddress,
      fetch: apiCalls.fetch ?? connections.fetch,
    },
  })
}
