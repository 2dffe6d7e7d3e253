import { createServer } from 'node:http'
import express from 'express'
import { z } from 'zod'
import { mcpRoute } from '../../routes/mcp.js'
import { parseConfig } from '../../src/config/config.js'
import { createAuthInfo } from '../../src/identity/auth-context.js'
import { silentLog } from '../../src/logging/logger.js'
import { Secret } from '../../src/secret.js'
import { composeServer, serverTools } from '../../src/server/from-config.js'
import { createMcpServers } from '../../src/server/mcp-servers.js'
import { createProcessLog } from '../../src/server/process-log.js'
import { createToolAccess } from '../../src/tools/access.js'
import { defineTool } from '../../src/tools/define-tool.js'
import { createToolRegistry } from '../../src/tools/registry.js'
import type { Tool } from '../../src/tools/tool.js'
import { listenOnLoopback, serveChild } from './serve-child.mjs'

/** How our server is started. */
export interface OursSettings {
  readonly environment: Readonly<Record<string, string>>
  /** Tools beside the three that come with it. Default 0. */
  readonly tools?: number
  /** False mounts the MCP endpoint alone, with a caller that nobody verified. Default true. */
  readonly security?: boolean
}

serveChild({ start })

async function start({ environment, tools = 0, security = true }: OursSettings): Promise<number> {
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

function further(index: number): Tool {
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
function openMount(tools: readonly Tool[]): express.Express {
  const registry = createToolRegistry(tools)
  const access = createToolAccess(registry, {})
  const { create } = createMcpServers({
    ...{ registry, access },
    ...{ log: silentLog, createReference: () => 'none' },
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
