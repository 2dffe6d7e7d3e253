// One MCP server, two APIs with audiences of their own: each tool gets a token for the API it declares and for no other.
// The tokens are exchanged and cached apart; neither API accepts the other's.
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express, { type Express } from 'express'
import {
  authenticatedRequest,
  downstreamOf,
  onBehalfOf,
  type DownstreamApi,
  type Logger,
  type Secret,
} from 'mcp-on-behalf-of'
import { z } from 'zod'

export interface TwoApisOptions {
  readonly endpoint: URL
  readonly issuer: string
  readonly client: { readonly id: string; readonly secret: Secret }
  readonly apis: { readonly orders: DownstreamApi; readonly invoices: DownstreamApi }
  readonly log: Logger
}

export function createTwoApisApp({ endpoint, issuer, client, apis, log }: TwoApisOptions): Express {
  const { metadata, protect, errors } = onBehalfOf({
    endpoint,
    issuer,
    client,
    apis,
    log,
    tools: [
      {
        name: 'list_orders',
        requiredScopes: ['tool:orders'],
        downstream: { api: 'orders', scopes: ['read:private'] },
      },
      {
        name: 'list_invoices',
        requiredScopes: ['tool:invoices'],
        downstream: { api: 'invoices', scopes: ['read:private'] },
      },
    ],
  })
  const mcp = toNodeHandler(createMcpHandler(createServer))

  const app = express()
  app.use(metadata)
  app.all('/mcp', protect, (req, res) => mcp(authenticatedRequest(req), res, req.body))
  app.use(errors)
  return app
}

function createServer(): McpServer {
  const server = new McpServer({ name: 'two-apis', version: '1.0.0' })
  for (const name of ['list_orders', 'list_invoices']) {
    server.registerTool(name, { inputSchema: z.object({}) }, async (_input, context) => {
      const api = downstreamOf(context, name)
      const answer = await api.json('/api/private-scope', { schema: z.object({ sub: z.string() }) })
      return { content: [{ type: 'text', text: `of ${answer.sub}` }] }
    })
  }
  return server
}
