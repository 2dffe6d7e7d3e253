// An Express app with an MCP endpoint (SDK v2), as it was, and three lines around the endpoint: its tool calls the API
// as the signed-in user.
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express, { type Express } from 'express'
import {
  authenticatedRequest,
  downstreamOf,
  onBehalfOf,
  type Logger,
  type Secret,
} from 'mcp-on-behalf-of'
import { z } from 'zod'

export interface ExampleOptions {
  readonly endpoint: URL
  readonly issuer: string
  readonly client: { readonly id: string; readonly secret: Secret }
  readonly api: { readonly audience: string; readonly baseUrl: URL }
  readonly log: Logger
}

export function createExampleApp({ endpoint, issuer, client, api, log }: ExampleOptions): Express {
  const { metadata, protect, errors } = onBehalfOf({
    endpoint,
    issuer,
    client,
    log,
    apis: { api },
    tools: [
      {
        name: 'greet',
        requiredScopes: ['tool:greet'],
        downstream: { api: 'api', scopes: ['read:private'] },
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

/** A fresh SDK server a request; the handler asks for the API by the name of its tool. */
export function createServer(): McpServer {
  const server = new McpServer({ name: 'existing-server', version: '1.0.0' })
  server.registerTool(
    'greet',
    { description: 'Greets the user', inputSchema: z.object({ name: z.string().optional() }) },
    async ({ name }, context) => {
      const api = downstreamOf(context, 'greet')
      const answer = await api.json('/api/private-scope', { schema: z.object({ sub: z.string() }) })
      return { content: [{ type: 'text', text: `Hello ${name ?? 'there'}, ${answer.sub}` }] }
    },
  )
  return server
}
