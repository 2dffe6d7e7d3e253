// Our server, as it is published: `npm run build` comes first.
import { createServer } from 'node:http'
import express from 'express'
import { z } from 'zod'
import { mcpRoute } from '../../dist/routes/mcp.js'
import { createAuthInfo } from '../../dist/src/identity/auth-context.js'
import { silentLog } from '../../dist/src/logging/logger.js'
import { Secret } from '../../dist/src/secret.js'
import { composeServer, createProcessLog, defineTool, parseConfig } from '../../dist/src/server.js'
import { serverTools } from '../../dist/src/server/from-config.js'
import { createMcpServers } from '../../dist/src/server/mcp-servers.js'
import { servedTools } from '../../dist/src/server/served-tools.js'
import { listenOnLoopback, serveChild } from './serve-child.mjs'

serveChild({ start })

/**
 * `tools`: how many beside the three that come with the server. Without `security` the MCP endpoint stands alone, with a caller
 * that nobody verified.
 */
async function start({ environment, tools = 0, security = true }) {
  const server = createServer()
  const port = await listenOnLoopback(server)
  const all = [...serverTools(), ...Array.from({ length: tools }, (_, index) => further(index))]
  const config = parseConfig({ PORT: `${port}`, ...environment })
  const log = createProcessLog({ level: config.logLevel })
  server.on(
    'request',
    security ? (await composeServer(config, log, { tools: all })).handler : openMount(all),
  )
  return port
}

function further(index) {
  return defineTool({
    name: `further_${index}`,
    title: 'A further tool',
    description: 'Returns what it was given, for the number of tools.',
    inputSchema: z.object({ name: z.string().max(200).optional() }),
    outputSchema: z.object({ name: z.string() }),
    requiredScopes: ['tool:whoami'],
    handler: ({ name = '' }) => ({ name }),
    toText: ({ name }) => name,
  })
}

/** The same endpoint and tools with nothing in front. */
function openMount(tools) {
  const current = servedTools(
    { tools },
    {
      ...{ log: silentLog, createReference: () => 'none' },
      ...{ resolved: { access: {}, callerPolicy: {} }, securitySchemes: true, hasPolicy: false },
    },
  )
  const { create } = createMcpServers({
    toolSets: { current, canChange: false },
    sessions: false,
  })
  const mcp = mcpRoute({ createServer: create })
  const auth = openAuth()
  const app = express()
  app.post('/mcp', express.json(), (req, _res, next) => {
    Object.assign(req, { auth })
    next()
  })
  app.post('/mcp', mcp.handler)
  return app
}

function openAuth() {
  return createAuthInfo({
    caller: {
      issuer: 'http://127.0.0.1/',
      subject: 'user|nobody',
      clientId: 'bench',
      scopes: ['tool:whoami', 'tool:greet'],
      expiresAtSeconds: 4_000_000_000,
    },
    subjectToken: new Secret('none'),
    requestId: 'none',
    challenges: { resourceMetadataUrl: new URL('http://127.0.0.1/') },
    resource: 'http://127.0.0.1/mcp',
  })
}
