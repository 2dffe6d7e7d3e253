// The tools of Auth0's On-Behalf-Of quickstart (`before.ts`) moved over, with the same `.env`: no handler has a token,
// scopes are decided before anything runs, and the API's status counts. docs/migrating.md says what replaced what.
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express, { type Express } from 'express'
import {
  authContextOf,
  authenticatedRequest,
  createAuth0Exchanger,
  downstreamOf,
  onBehalfOf,
  Secret,
  type Fetch,
  type Logger,
} from 'mcp-on-behalf-of'
import { z } from 'zod'

// The names of the quickstart. MCP_AUTH0_EXCHANGE_SCOPE has no place here: each tool declares what it needs of the API.
const ENVIRONMENT = z.object({
  AUTH0_DOMAIN: z.string(),
  AUTH0_AUDIENCE: z.string(),
  MCP_SERVER_URL: z.string(),
  MCP_AUTH0_CLIENT_ID: z.string(),
  MCP_AUTH0_CLIENT_SECRET: z.string().transform((value) => new Secret(value)),
  API_AUTH0_AUDIENCE: z.string(),
  API_BASE_URL: z.string(),
})

export interface MovedOverOptions {
  readonly log: Logger
  /** Reaches the tenant. Default: the global `fetch`. */
  readonly fetch?: Fetch
}

export function createMovedOverApp(env: NodeJS.ProcessEnv, options: MovedOverOptions): Express {
  const settings = ENVIRONMENT.parse(env)
  const exchanger = createAuth0Exchanger({
    clientId: settings.MCP_AUTH0_CLIENT_ID,
    clientAuthentication: { secret: settings.MCP_AUTH0_CLIENT_SECRET },
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  })
  const { metadata, protect, errors } = onBehalfOf({
    ...options,
    endpoint: new URL('/mcp', settings.MCP_SERVER_URL),
    resource: settings.AUTH0_AUDIENCE,
    issuer: `https://${settings.AUTH0_DOMAIN}/`,
    client: { id: settings.MCP_AUTH0_CLIENT_ID, exchanger },
    apis: {
      api: { audience: settings.API_AUTH0_AUDIENCE, baseUrl: new URL(settings.API_BASE_URL) },
    },
    tools: [
      { name: 'whoami', requiredScopes: ['tool:whoami'] },
      { name: 'get_datetime', requiredScopes: [] },
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

function createServer(): McpServer {
  const server = new McpServer({ name: 'quickstart', version: '1.0.0' })
  server.registerTool('whoami', { inputSchema: z.object({}) }, (_input, context) => {
    const { subject, clientId, scopes } = authContextOf(context).caller
    return text(JSON.stringify({ user: { sub: subject, client_id: clientId }, scopes }))
  })
  const greetInput = z.object({ name: z.string().optional() })
  server.registerTool('greet', { inputSchema: greetInput }, async ({ name }, context) => {
    const { subject } = authContextOf(context).caller
    const api = downstreamOf(context, 'greet')
    const answer = await api.json('/api/private-scope', {
      schema: z.record(z.string(), z.unknown()),
    })
    return text(`Hello, ${name ?? 'there'} (${subject})!\n${JSON.stringify(answer)}`)
  })
  server.registerTool('get_datetime', { inputSchema: z.object({}) }, () =>
    text(new Date().toISOString()),
  )
  return server
}

function text(value: string) {
  return { content: [{ type: 'text' as const, text: value }] }
}
