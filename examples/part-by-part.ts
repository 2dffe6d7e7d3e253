// The long way: every part that `onBehalfOf` composes, one by one, where you want to leave one out or put one of your own.
// The server and its tool are those of `existing-express-server.ts`.
import express, { type Express } from 'express'
import {
  requireBearerAuth,
  createIssuer,
  createJwtBearerVerifier,
  createRfc8693Exchanger,
  createToolAccess,
  createToolRegistry,
  errorHandler,
  formBody,
  hostAndOriginValidation,
  jsonBody,
  limitByAddress,
  limitByCaller,
  mcpRoute,
  metadataUrl,
  createExchangePipeline,
  protectedResourceMetadataRoute,
  requestContext,
  securityHeaders,
  tokenExchange,
  toolScopes,
} from 'mcp-on-behalf-of'
import { createServer, type ExampleOptions } from './existing-express-server.js'

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

  // Which tool needs which scope, and which calls the API.
  const registry = createToolRegistry([
    {
      name: 'greet',
      requiredScopes: ['tool:greet'],
      downstream: { api: 'api', scopes: ['read:private'] },
    },
  ])
  const exchanger = createExchangePipeline(
    createRfc8693Exchanger({
      metadata: () => issuer.metadata(),
      clientId: client.id,
      clientAuthentication: { secret: client.secret },
    }),
    { issuers: [issuer], clientId: client.id, tokenAudience: resource.resource, log },
  )

  const app = express()
  app.use(requestContext(), securityHeaders())
  app.use(protectedResourceMetadataRoute(endpoint, resource))
  app.use(hostAndOriginValidation({ endpoint }), limitByAddress({ perMinute: 600 }))
  app.all(
    endpoint.pathname,
    formBody(),
    requireBearerAuth({
      verifier: createJwtBearerVerifier({ issuers: [issuer], audience: resource.resource }),
      resource: resource.resource,
      endpoint,
      resourceMetadataUrl,
      baselineScopes,
    }),
    limitByCaller({ perMinute: 300 }),
    jsonBody(1024 * 1024),
    toolScopes({ access: createToolAccess(registry), log }),
    tokenExchange({ registry, exchanger, apis: { api }, log }),
    mcpRoute({ createServer, log }).handler,
  )
  app.use(errorHandler({ resourceMetadataUrl, baselineScopes, log }))
  return app
}
