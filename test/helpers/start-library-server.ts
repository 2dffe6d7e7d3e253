import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer, type AuthInfo } from '@modelcontextprotocol/server'
import express, { type Express, type Request } from 'express'
import {
  authenticatedRequest,
  mcpRoute,
  onBehalfOf,
  Secret,
  type HandlerContext,
  type McpRouteOptions,
  type OnBehalfOf,
  type OnBehalfOfOptions,
  type ToolRequirements,
} from 'mcp-on-behalf-of'
import { serve } from '../../src/server/serve.js'
import { AuditRecords } from './audit-records.js'
import { closeWithTest } from './close-with-test.js'
import { API_AUDIENCE, CLIENT_ID, CLIENT_SECRET } from './exchange-answers.js'
import { scanned } from './leak-scan.js'
import { requestsTo } from './mcp-requests.js'
import { RecordingLog } from './recording-log.js'
import { startBackends, type TestServer } from './start-mcp-server.js'

/** What a handler of either SDK gets: the auth info, and the request as the handler sees it. */
export interface Handling {
  readonly authInfo: AuthInfo | undefined
  /** The SDK's context itself. */
  readonly context: HandlerContext
  /** Express's request. */
  readonly req: Request
}

export type Handlers = Readonly<Record<string, (handling: Handling) => unknown>>

export type SdkLine = 'SDK v1' | 'SDK v2'

/** What stands behind `protect`: handlers in a server of an SDK, or an SDK server in the library's own route. */
type Endpoint =
  | { readonly sdk: SdkLine; readonly handlers: Handlers; readonly route?: undefined }
  | { readonly route: McpRouteOptions; readonly sdk?: undefined }

export type LibraryServerOptions = Endpoint & {
  readonly tools: readonly ToolRequirements[]
  readonly options?: Partial<OnBehalfOfOptions>
  /** How the parts are mounted. Default: as docs/library.md has it. */
  readonly mount?: (app: Express, parts: OnBehalfOf, mcp: express.RequestHandler) => void
}

/** Starts a server of somebody who uses the library, between an issuer and an API that a test controls. */
export async function startLibraryServer(options: LibraryServerOptions): Promise<TestServer> {
  const backends = await startBackends({})
  const { issuer, api } = backends
  const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const log = new RecordingLog()
  const audit = new AuditRecords()
  const origin = `http://localhost:${server.port}`
  const endpoint = new URL(`${origin}/mcp`)
  const mcp = mcpEndpoint(options)
  const parts = onBehalfOf({
    ...{ endpoint, log, tools: options.tools, sessions: mcp.sessions },
    audit: { sink: audit.sink },
    issuer: issuer.issuer,
    client: { id: CLIENT_ID, secret: new Secret(CLIENT_SECRET) },
    apis: { api: { audience: API_AUDIENCE, baseUrl: new URL(api.origin) } },
    ...options.options,
  })
  const app = express()
  ;(options.mount ?? asDocumented)(app, parts, mcp.handler)
  server.attach(scanned(app))
  return {
    ...{ endpoint, origin, audience: endpoint.href, issuer, api, log, audit },
    ...requestsTo(endpoint),
    mint: (claims = {}) => issuer.mint(endpoint.href, { claims }),
    reloadTools: () => Promise.resolve({ changed: false, faults: [] }),
    announceStop: () => undefined,
    drain: mcp.drain,
    close: closeWithTest(async () => {
      await server.close()
      await mcp.close()
      await parts.close()
      await backends.close()
    }),
  }
}

function asDocumented(app: Express, parts: OnBehalfOf, mcp: express.RequestHandler): void {
  app.use(parts.metadata)
  app.all('/mcp', parts.protect, mcp)
  app.use(parts.errors)
}

function mcpEndpoint(options: LibraryServerOptions) {
  if (options.route !== undefined) return mcpRoute(options.route)
  const handler = (options.sdk === 'SDK v1' ? sdkV1 : sdkV2)(options.handlers)
  return { handler, sessions: undefined, drain: () => undefined, close: () => Promise.resolve() }
}

async function answered(handling: Handling, handle: (handling: Handling) => unknown) {
  const text = JSON.stringify((await handle(handling)) ?? 'done')
  return { content: [{ type: 'text' as const, text }] }
}

function sdkV2(handlers: Handlers): express.RequestHandler {
  return async (req, res) => {
    const createServer = (): McpServer => {
      const server = new McpServer({ name: 'library', version: '1.0.0' })
      for (const [name, handle] of Object.entries(handlers)) {
        server.registerTool(name, { description: name }, (context) => {
          return answered({ authInfo: context.http?.authInfo, context, req }, handle)
        })
      }
      return server
    }
    await toNodeHandler(createMcpHandler(createServer))(authenticatedRequest(req), res, req.body)
  }
}

function sdkV1(handlers: Handlers): express.RequestHandler {
  return async (req, res) => {
    const server = new McpServerV1({ name: 'library', version: '1.0.0' })
    for (const [name, handle] of Object.entries(handlers)) {
      server.registerTool(name, { description: name }, (extra) => {
        return answered({ authInfo: extra.authInfo, context: extra, req }, handle)
      })
    }
    const transport = new StreamableHTTPServerTransport()
    res.on('close', () => void server.close())
    await server.connect(transport)
    await transport.handleRequest(authenticatedRequest(req), res, req.body)
  }
}
