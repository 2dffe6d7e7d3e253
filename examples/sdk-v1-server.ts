// The same in front of a server built with version 1 of the SDK, without sessions: a fresh server a request.
// Step-ups are answered before that server sees the request; its tool calls the API as the signed-in user.
import { finished } from 'node:stream'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express, { type Express } from 'express'
import { authenticatedRequest, downstreamOf, onBehalfOf } from 'mcp-on-behalf-of'
import { z } from 'zod'
import type { ExampleOptions } from './existing-express-server.js'

export const SDK_V1_TOOLS = [
  { name: 'whoami', requiredScopes: ['tool:whoami'] },
  {
    name: 'greet',
    requiredScopes: ['tool:greet'],
    downstream: { api: 'api', scopes: ['read:private'] },
  },
]

export function createSdkV1App({ endpoint, issuer, client, api, log }: ExampleOptions): Express {
  const { metadata, protect, errors } = onBehalfOf({
    endpoint,
    issuer,
    client,
    log,
    apis: { api },
    tools: SDK_V1_TOOLS,
  })

  const app = express()
  app.use(metadata)
  app.post('/mcp', protect, async (req, res) => {
    const server = createSdkV1Server()
    const transport = new StreamableHTTPServerTransport()
    finished(res, () => void server.close())
    await server.connect(transport)
    await transport.handleRequest(authenticatedRequest(req), res, req.body)
  })
  app.all('/mcp', protect, (_req, res) => void res.status(405).set('Allow', 'POST').end())
  app.use(errors)
  return app
}

/** The SDK hands `req.auth` to the handlers in `extra`, the very object: `downstreamOf` knows it. */
export function createSdkV1Server(): McpServer {
  const server = new McpServer({ name: 'existing-v1-server', version: '1.0.0' })
  server.registerTool('whoami', { description: 'Says who is signed in' }, ({ authInfo }) => ({
    content: [{ type: 'text', text: String(authInfo?.extra?.['sub']) }],
  }))
  server.registerTool(
    'greet',
    { description: 'Greets the user', inputSchema: { name: z.string().optional() } },
    async ({ name }, extra) => {
      const api = downstreamOf(extra, 'greet')
      const answer = await api.json('/api/private-scope', { schema: z.object({ sub: z.string() }) })
      return { content: [{ type: 'text', text: `Hello ${name ?? 'there'}, ${answer.sub}` }] }
    },
  )
  return server
}
