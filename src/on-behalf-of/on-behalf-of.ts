import { Router, type ErrorRequestHandler, type Request, type RequestHandler } from 'express'
import { createWiringCheck } from '../../middleware/wiring-check.js'
import { createMiddlewareChain, type MiddlewareChain } from './middleware-chain.js'
import { protectExchange } from '../exchange/exchange-pipeline.js'
import { createRfc8693Exchanger } from '../exchange/rfc8693-exchanger.js'
import type { TokenExchanger } from '../exchange/token-exchanger.js'
import { createIssuer, type Issuer } from '../identity/issuer-keys.js'
import { createJwtBearerVerifier } from '../identity/jwt-bearer-verifier.js'
import { createKnownIssuers, type KnownIssuers } from '../identity/known-issuers.js'
import { silentLog, type Log } from '../logging/log.js'
import { EDGE_DEFAULTS, type OnBehalfOfOptions } from './options.js'
import { assertOnBehalfOfOptions } from './options-schema.js'
import { metadataPaths } from '../http/protected-resource-metadata.js'
import { warnOfUnfitResource } from '../identity/resource-fit.js'
import { createToolAccess, type AccessPolicy } from '../tools/access.js'
import { createToolRegistry } from '../tools/registry.js'

/** What to mount in an Express app with an MCP endpoint. */
export interface OnBehalfOf {
  /** Tells clients where to sign in: `app.use(metadata)`. */
  readonly metadata: RequestHandler
  /** Right in front of the MCP endpoint: `app.all('/mcp', protect, yourHandler)`. */
  readonly protect: RequestHandler
  /** Behind it, for what fails in your handler: `app.use(errors)`. Other routes' errors pass. */
  readonly errors: ErrorRequestHandler
}

/**
 * Everything in front of an MCP endpoint whose tools call APIs as the signed-in user, composed of the public parts
 * in their order, with the defaults of the ready server.
 *
 * `protect` answers whatever it refuses itself, wherever it is mounted; what it lets through has `req.auth`, and the
 * tools that declare a downstream have their API. Throws a `TypeError` that names every fault of the options. Starts
 * nothing; fetches nothing until the first call.
 */
export function onBehalfOf(options: OnBehalfOfOptions): OnBehalfOf {
  assertOnBehalfOfOptions(options)
  const ours = new WeakSet<Request>()
  const doors = doorsFor(options, (req) => ours.has(req))
  const mark: RequestHandler = function onBehalfOfMiddleware(req, _res, next) {
    ours.add(req)
    next()
  }
  const { endpoint, log = silentLog } = options
  const wiring = createWiringCheck({ endpoint, log })
  const metadata = Router()
  metadata.use(wiring.metadata)
  metadata.route([...metadataPaths(options.endpoint)]).all(mark, ...doors.context)
  metadata.use(doors.metadata, doors.errors)
  const protect = Router()
  protect.use(
    mark,
    wiring.protect,
    ...doors.context,
    ...doors.edge,
    ...doors.endpoint,
    doors.errors,
  )
  return { metadata, protect, errors: doors.errors }
}

function doorsFor(options: OnBehalfOfOptions, answers: (req: Request) => boolean): MiddlewareChain {
  const { endpoint, log = silentLog } = options
  const resource = options.resource ?? endpoint.href
  const audience = options.tokenAudience ?? resource
  warnOfUnfitResource({ resource, endpoint }, log)
  const issuers = issuersFor(options, log)
  const registry = createToolRegistry(options.tools)
  return createMiddlewareChain({
    ...{ endpoint, log, answers },
    resource: {
      resource,
      authorizationServers: issuers.accepted.map(({ issuer }) => issuer),
      baselineScopes: options.baselineScopes,
    },
    metadataLocation: options.metadataLocation,
    http: { ...EDGE_DEFAULTS, ...options.http },
    verifier: createJwtBearerVerifier({
      ...{ audience, resource },
      issuers: issuers.accepted,
      toleratedAudiences: [options.client.id, ...(options.toleratedAudiences ?? [])],
      clockToleranceSeconds: options.clockToleranceSeconds,
    }),
    callerPolicy: {
      ...options.callerPolicy,
      ignorePermissions: options.access?.authorizationClaims === 'scope',
    },
    access: createToolAccess(registry, accessPolicyFor(options)),
    undeclaredTools: options.undeclaredTools,
    exchange: {
      registry,
      exchanger: exchangerFor(options, { issuers, audience, log }),
      apis: options.apis,
      ...(options.delegation === undefined ? {} : { delegation: options.delegation }),
      forwardClientAddress: options.exchange?.forwardClientAddress ?? false,
      ...options.apiCalls,
    },
  })
}

function issuersFor(options: OnBehalfOfOptions, log: Log): KnownIssuers {
  const { issuer, exchange, fetch } = options
  const issuers = typeof issuer === 'string' ? [issuer] : issuer
  return createKnownIssuers({ ...options, issuers, exchangeIssuer: exchange?.issuer }, (each) =>
    createIssuer({ ...each, log, fetch }),
  )
}

function exchangerFor(
  { client, exchange = {}, delegation, clockToleranceSeconds, fetch }: OnBehalfOfOptions,
  own: { readonly issuers: KnownIssuers; readonly audience: string; readonly log: Log },
): TokenExchanger {
  const { subjectTokenType, cache, caching, resilience, checks } = exchange
  const adapter =
    'exchanger' in client
      ? client.exchanger
      : createRfc8693Exchanger({
          metadata: (name) => issuerNamed(exchange.issuer ?? name, own.issuers.all).metadata(),
          clientId: client.id,
          clientAuthentication: client,
          ...(subjectTokenType === undefined ? {} : { subjectTokenType }),
          ...(fetch === undefined ? {} : { fetch }),
        })
  return protectExchange(adapter, {
    issuers: own.issuers.accepted,
    exchangeIssuer: own.issuers.exchange,
    clientId: client.id,
    ownAudience: own.audience,
    log: own.log,
    ...(subjectTokenType === undefined ? {} : { subjectTokenType: subjectTokenType }),
    ...(cache === undefined ? {} : { cache }),
    ...(caching === undefined ? {} : { caching }),
    ...(resilience === undefined ? {} : { resilience }),
    checks: {
      ...checks,
      actor: exchange.actor,
      maxDepth: delegation?.maxDepth,
      clockToleranceSeconds,
    },
  })
}

/** Scopes that were assigned to users cannot be asked for. */
function accessPolicyFor({ access, callerPolicy }: OnBehalfOfOptions): AccessPolicy {
  return callerPolicy?.scopeClaim === undefined ? { ...access } : { stepUpScopes: 'none', ...access }
}

/** The verifier has let nobody else's tokens in. */
function issuerNamed(name: string, issuers: readonly Issuer[]): Issuer {
  const known = issuers.find(({ issuer }) => issuer === name)
  if (known === undefined) throw new TypeError(`unknown issuer ${name}`)
  return known
}
