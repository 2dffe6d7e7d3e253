import { McpServer } from '@modelcontextprotocol/server'
import express, { type Express } from 'express'
import {
  bearerAuth,
  createIssuer,
  createJwtBearerVerifier,
  createRfc8693Exchanger,
  createToolAccess,
  createToolRegistry,
  downstreamOf,
  errorHandler,
  jsonBody,
  mcpRoute,
  metadataUrl,
  protectExchange,
  protectedResourceMetadataRoute,
  tokenExchange,
  toolScopes,
  type Log,
  type Secret,
} from 'mcp-on-behalf-of'
import { z } from 'zod'

export interface ExampleOptions {
  readonly endpoint: URL
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: Secret
  readonly apiAudience: string
  readonly apiUrl: URL
  readonly log: Log
}

/** Your server, as it was: an Express app with an MCP endpoint and one tool, which now calls the API as the user. */
export function createExampleApp(options: ExampleOptions): Express {
  const { endpoint, log } = options
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

  const app = express()
  app.use(protectedResourceMetadataRoute(endpoint, resource))
  app.post(
    endpoint.pathname,
    bearerAuth({
      verifier: createJwtBearerVerifier({ issuers: [issuer], audience: resource.resource }),
      resource: resource.resource,
      endpoint,
      resourceMetadataUrl,
    }),
    jsonBody(1024 * 1024),
    toolScopes({ access: createToolAccess(registry), log }),
    tokenExchange({
      registry,
      exchanger: protectExchange(
        createRfc8693Exchanger({
          metadata: () => issuer.metadata(),
          clientId: options.clientId,
          clientAuthentication: { secret: options.clientSecret },
        }),
        { issuers: [issuer], clientId: options.clientId, ownAudience: resource.resource, log },
      ),
      apis: { api: { audience: options.apiAudience, baseUrl: options.apiUrl } },
      log,
    }),
    mcpRoute({ createServer, resourceMetadataUrl, baselineScopes, log }).handler,
  )
  app.use(errorHandler({ resourceMetadataUrl, baselineScopes, log }))
  return app
}

/** A fresh SDK server a request; the handler asks for the API by the name of its tool. */
function createServer(): McpServer {
  const server = new McpServer({ name: 'existing-server', version: '1.0.0' })
  server.registerTool(
    'greet',
    { description: 'Greets the user', inputSchema: z.object({ name: z.string().optional() }) },
    async ({ name }, context) => {
      const api = downstreamOf(context.http?.authInfo, 'greet', { signal: context.mcpReq.signal })
      const answer = await api.json('/api/private-scope', { schema: z.object({ sub: z.string() }) })
      return { content: [{ type: 'text', text: `Hello ${name ?? 'there'}, ${answer.sub}` }] }
    },
  )
  return server
}
