// The SDK's documented Express mount: without authentication, or with the SDK's `requireBearerAuth` and a verifier made with jose.
import { createServer } from 'node:http'
import { createMcpExpressApp, requireBearerAuth } from '@modelcontextprotocol/express'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { listenOnLoopback, serveChild } from '../children/serve-child.mjs'
import { createVerifier, definition, TEXT, toolNames } from './common.mjs'

serveChild({
  start({ issuer, audience, auth, tools }) {
    const app = createMcpExpressApp()
    const mcp = toNodeHandler(createMcpHandler(() => serverWith(toolNames(tools))))
    const guards = auth ? [requireBearerAuth({ verifier: verifierFor({ issuer, audience }) })] : []
    app.all('/mcp', ...guards, (req, res) => void mcp(req, res, req.body))
    return listenOnLoopback(createServer(app))
  },
})

function serverWith(names) {
  const server = new McpServer({ name: 'sdk-v2', version: '1.0.0' })
  for (const name of names) {
    server.registerTool(name, definition, () => ({ content: [{ type: 'text', text: TEXT }] }))
  }
  return server
}

function verifierFor(settings) {
  const verify = createVerifier(settings)
  return {
    async verifyAccessToken(token) {
      const { client_id: clientId, scope, exp } = await verify(token)
      return { token, clientId, scopes: scope.split(' '), expiresAt: exp }
    },
  }
}
