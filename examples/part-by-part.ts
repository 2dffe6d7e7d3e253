// Every part that `onBehalfOf` mounts, one by one and in its order, for servers that leave one out or replace one. A test
// compares the order with that of `onBehalfOf`. The MCP server and its tool are those of `existing-express-server.ts`.
import express, { type Express } from 'express'
import {
  answerForms,
  createIssuer,
  createJwtBearerVerifier,
  createRfc8693Exchanger,
  createToolAccess,
  createToolRegistry,
  endpointMethods,
  errorHandler,
  formBody,
  hostAndOriginValidation,
  jsonBody,
  knownHosts,
  limitByAddress,
  limitByCaller,
  limitConcurrency,
  limitTools,
  mcpRoute,
  metadataUrl,
  createExchangePipeline,
  protectedResourceMetadataRoute,
  requestContext,
  requireBearerAuth,
  securityHeaders,
  tokenExchange,
  toolScopes,
} from 'mcp-on-behalf-of'
import { createServer, type ExampleOptions } from './existing-express-server.js'

/** Which tool needs which scope, and which calls the API. */
const TOOLS = [
  {
    name: 'greet',
    requiredScopes: ['tool:greet'],
    downstream: { api: 'api', scopes: ['read:private'] },
  },
]

export function createPartByPartApp(options: ExampleOptions): Express {
  const { endpoint, client, api, log } = options
  const baselineScopes = ['tool:greet']
  const resource = {
    resource: endpoint.href,
    authorizationServers: [options.issuer],
    baselineScopes,
  }
  const resourceMetadataUrl = metadataUrl(endpoint)
  const issuer = createIssuer({ issuer: options.issuer, log })

  const registry = createToolRegistry(TOOLS)
  const exchanger = createExchangePipeline(
    createRfc8693Exchanger({
      metadata: () => issuer.metadata(),
      clientId: client.id,
      clientAuthentication: { secret: client.secret },
    }),
    { issuers: [issuer], clientId: client.id, tokenAudience: resource.resource, log },
  )

  const addressLimit = limitByAddress({ perMinute: 600 })
  const app = express()
  app.use(requestContext(), securityHeaders())
  app.use(
    protectedResourceMetadataRoute(endpoint, resource, [knownHosts({ endpoint }), addressLimit]),
  )
  app.use(hostAndOriginValidation({ endpoint }), addressLimit)
  app.route(endpoint.pathname).all(
    formBody(),
    requireBearerAuth({
      verifier: createJwtBearerVerifier({ issuers: [issuer], audience: resource.resource }),
      resource: resource.resource,
      endpoint,
      resourceMetadataUrl,
      baselineScopes,
    }),
    endpointMethods(),
    limitByCaller({ perMinute: 300, bytesPerMinute: 8 * 1024 * 1024 }),
    limitConcurrency({ concurrencyPerCaller: 64 }),
    answerForms(),
    jsonBody(256 * 1024),
    toolScopes({ access: createToolAccess(registry), log }),
    limitTools({ registry, limits: {} }),
    tokenExchange({ registry, exchanger, apis: { api }, log }),
    mcpRoute({ createServer, log }).handler,
  )
  app.use(errorHandler({ resourceMetadataUrl, baselineScopes, log }))
  return app
}
