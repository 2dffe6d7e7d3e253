// The SDK's version 1, stateless: a server and a transport for each request, without authentication.
import { createServer } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'
import { listenOnLoopback, serveChild } from '../children/serve-child.mjs'
import { definition, TEXT, toolNames } from './common.mjs'

serveChild({
  start({ tools }) {
    const names = toolNames(tools)
    const app = express()
    app.post('/mcp', express.json(), async (req, res) => {
      const server = serverWith(names)
      const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
      res.on('close', () => {
        void transport.close()
        void server.close()
      })
      await server.connect(transport)
      await transport.handleRequest(req, res, req.body)
    })
    return listenOnLoopback(createServer(app))
  },
})

function serverWith(names) {
  const server = new McpServer({ name: 'sdk-v1', version: '1.0.0' })
  const { title, description, inputSchema } = definition
  for (const name of names) {
    server.registerTool(name, { title, description, inputSchema: inputSchema.shape }, () => ({
      content: [{ type: 'text', text: TEXT }],
    }))
  }
  return server
}
