import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer, type AuthInfo } from '@modelcontextprotocol/server'
import express, { type Express, type Request } from 'express'
import {
  authenticatedRequest,
  onBehalfOf,
  Secret,
  type HandlerContext,
  type OnBehalfOf,
  type OnBehalfOfOptions,
  type ToolRequirements,
} from 'mcp-on-behalf-of'
import { serve } from '../../src/server/serve.js'
import {
  API_AUDIENCE,
  CLIENT_ID,
  CLIENT_SECRET,
  exchangeAsAsked,
  openCountingApi,
  type CountingApi,
} from './exchange-stack.js'
import { scanned } from './leak-scan.js'
import { RecordingLog } from './recording-log.js'
import { TestIssuer } from './test-issuer.js'

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

export interface LibraryServer {
  readonly endpoint: URL
  readonly issuer: TestIssuer
  readonly api: CountingApi
  readonly log: RecordingLog
  /** A good token for the endpoint. */
  mint(scope?: string): Promise<string>
  close(): Promise<void>
}

export interface LibraryServerOptions {
  readonly sdk: SdkLine
  /** What the SDK server really has. */
  readonly handlers: Handlers
  readonly tools: readonly ToolRequirements[]
  readonly options?: Partial<OnBehalfOfOptions>
  /** How the parts are mounted. Default: as docs/library.md has it. */
  readonly mount?: (app: Express, parts: OnBehalfOf, mcp: express.RequestHandler) => void
}

/** A server of somebody who uses the library, with either SDK, between an issuer and an API of a test. */
export async function openLibraryServer(options: LibraryServerOptions): Promise<LibraryServer> {
  const issuer = await TestIssuer.start()
  issuer.tokenResponder = exchangeAsAsked(issuer)
  const api = await openCountingApi()
  const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const log = new RecordingLog()
  const endpoint = new URL(`http://localhost:${server.port}/mcp`)
  const parts = onBehalfOf({
    ...{ endpoint, log, tools: options.tools },
    issuer: issuer.issuer,
    client: { id: CLIENT_ID, secret: new Secret(CLIENT_SECRET) },
    apis: { api: { audience: API_AUDIENCE, baseUrl: new URL(api.origin) } },
    baselineScopes: ['tool:greet'],
    ...options.options,
  })
  const mcp = (options.sdk === 'SDK v1' ? sdkV1 : sdkV2)(options.handlers)
  const app = express()
  ;(options.mount ?? asDocumented)(app, parts, mcp)
  server.attach(scanned(app))
  return {
    ...{ endpoint, issuer, api, log },
    mint: (scope = 'tool:greet') => issuer.mint(endpoint.href, { claims: { scope } }),
    async close() {
      await Promise.all([server.close(), issuer.close(), api.close()])
    },
  }
}

function asDocumented(app: Express, parts: OnBehalfOf, mcp: express.RequestHandler): void {
  app.use(parts.metadata)
  app.all('/mcp', parts.protect, mcp)
  app.use(parts.errors)
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
