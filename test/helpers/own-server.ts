import type { McpServerFactory } from '@modelcontextprotocol/server'
import express from 'express'
import {
  requireBearerAuth,
  createIssuer,
  createJwtBearerVerifier,
  createToolAccess,
  createToolRegistry,
  errorHandler,
  hostAndOriginValidation,
  jsonBody,
  limitByAddress,
  limitByCaller,
  mcpRoute,
  metadataUrl,
  requestContext,
  securityHeaders,
  toolScopes,
  type McpRouteOptions,
  type ToolRequirements,
} from 'mcp-on-behalf-of'
import { serve } from '../../src/server/serve.js'
import { RecordingLog } from './recording-log.js'
import { TestIssuer } from './test-issuer.js'

export interface OwnServer {
  readonly endpoint: URL
  readonly issuer: TestIssuer
  close(): Promise<void>
}

export interface OwnServerOptions extends Pick<McpRouteOptions, 'sessions' | 'clock' | 'timers'> {
  readonly createServer: McpServerFactory
  readonly tools: readonly ToolRequirements[]
}

/** An MCP server of a test's own, with every middleware of the library in front that calls no API. */
export async function openOwnServer(options: OwnServerOptions): Promise<OwnServer> {
  const { createServer, tools, ...route } = options
  const issuer = await TestIssuer.start()
  const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const endpoint = new URL(`http://localhost:${server.port}/mcp`)
  const resourceMetadataUrl = metadataUrl(endpoint)
  const failures = { resourceMetadataUrl, baselineScopes: [], log: new RecordingLog() }
  const issuers = [createIssuer({ issuer: issuer.issuer })]
  const mcp = mcpRoute({ createServer, ...route, log: failures.log })
  const app = express()
  app.use(requestContext(), securityHeaders(), hostAndOriginValidation({ endpoint }))
  app.use(limitByAddress({ perMinute: 1_000 }))
  app.all(
    '/mcp',
    requireBearerAuth({
      verifier: createJwtBearerVerifier({ issuers, audience: endpoint.href }),
      ...{ resource: endpoint.href, endpoint, resourceMetadataUrl },
    }),
    limitByCaller({ perMinute: 1_000 }),
    jsonBody(10_000),
    toolScopes({ access: createToolAccess(createToolRegistry(tools)) }),
    mcp.handler,
  )
  app.use(errorHandler(failures))
  server.attach(app)
  return {
    ...{ endpoint, issuer },
    async close() {
      await Promise.all([server.close(), issuer.close()])
      await mcp.close()
    },
  }
}
