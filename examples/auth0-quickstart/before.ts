// The tools of Auth0's On-Behalf-Of quickstart, in its manner: each handler has the user's token, exchanges it, and
// calls the API with what comes back. `after.ts` is the same server moved over; start from that one.
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer, type AuthInfo } from '@modelcontextprotocol/server'
import express, { type Express } from 'express'
import { z } from 'zod'

/** The two methods of `ApiClient` (`@auth0/auth0-api-js`) that the quickstart uses. */
export interface QuickstartApiClient {
  verifyAccessToken(options: { accessToken: string }): Promise<Record<string, unknown>>
  getTokenOnBehalfOf(
    accessToken: string,
    options: { audience: string; scope: string },
  ): Promise<{ accessToken: string }>
}

const ENVIRONMENT = z.object({
  AUTH0_DOMAIN: z.string(),
  AUTH0_AUDIENCE: z.string(),
  MCP_SERVER_URL: z.string(),
  MCP_AUTH0_EXCHANGE_SCOPE: z.string(),
  API_AUTH0_AUDIENCE: z.string(),
  API_BASE_URL: z.string(),
})
type Environment = z.infer<typeof ENVIRONMENT>

export function createQuickstartApp(
  env: NodeJS.ProcessEnv,
  apiClient: QuickstartApiClient,
): Express {
  const settings = ENVIRONMENT.parse(env)
  const metadataUrl = new URL('/.well-known/oauth-protected-resource', settings.MCP_SERVER_URL)
  const mcp = toNodeHandler(createMcpHandler(() => createServer(settings, apiClient)))

  const app = express()
  app.get('/.well-known/oauth-protected-resource', (_req, res) => {
    res.json({
      resource: settings.AUTH0_AUDIENCE,
      authorization_servers: [`https://${settings.AUTH0_DOMAIN}/`],
      scopes_supported: ['tool:whoami', 'tool:greet'],
    })
  })
  app.all('/mcp', express.json(), async (req, res) => {
    const token = /^Bearer (.+)$/.exec(req.get('authorization') ?? '')?.[1] ?? ''
    try {
      const auth = sessionOf(token, await apiClient.verifyAccessToken({ accessToken: token }))
      const { method, url } = req
      await mcp(Object.assign(req, { method, url, auth }), res, req.body)
    } catch {
      const challenge = `Bearer error="invalid_token", resource_metadata="${metadataUrl.href}"`
      res.status(401).set('WWW-Authenticate', challenge).end()
    }
  })
  return app
}

function sessionOf(token: string, claims: Record<string, unknown>): AuthInfo {
  const { sub, client_id: clientId, scope } = claims
  return {
    token,
    clientId: String(clientId),
    scopes: typeof scope === 'string' ? scope.split(' ') : [],
    extra: { sub, client_id: clientId },
  }
}

function createServer(settings: Environment, apiClient: QuickstartApiClient): McpServer {
  const server = new McpServer({ name: 'quickstart', version: '1.0.0' })
  const bearerForUpstream = async (token: string): Promise<string> => {
    const { accessToken } = await apiClient.getTokenOnBehalfOf(token, {
      audience: settings.API_AUTH0_AUDIENCE,
      scope: settings.MCP_AUTH0_EXCHANGE_SCOPE,
    })
    return accessToken
  }

  server.registerTool('whoami', { inputSchema: z.object({}) }, (_input, { http }) => {
    const { scopes = [], extra } = http?.authInfo ?? {}
    if (!scopes.includes('tool:whoami')) throw new Error('Missing scope: tool:whoami')
    return text(JSON.stringify({ user: extra, scopes }))
  })
  const greetInput = z.object({ name: z.string().optional() })
  server.registerTool('greet', { inputSchema: greetInput }, async ({ name }, { http }) => {
    const { token = '', scopes = [], extra } = http?.authInfo ?? {}
    if (!scopes.includes('tool:greet')) throw new Error('Missing scope: tool:greet')
    const bearer = await bearerForUpstream(token)
    const response = await fetch(new URL('/api/private-scope', settings.API_BASE_URL), {
      headers: { Authorization: `Bearer ${bearer}` },
    })
    const greeting = `Hello, ${name ?? 'there'} (${String(extra?.['sub'])})!`
    return text(`${greeting}\n${JSON.stringify(await response.json())}`)
  })
  server.registerTool('get_datetime', { inputSchema: z.object({}) }, () =>
    text(new Date().toISOString()),
  )
  return server
}

function text(value: string) {
  return { content: [{ type: 'text' as const, text: value }] }
}
