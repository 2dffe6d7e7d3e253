import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import { createMcpHandler, type McpServerFactory } from '@modelcontextprotocol/server'
import type { RequestHandler } from 'express'
import { describeError } from '../src/describe-error.js'
import type { Log } from '../src/log.js'

export interface McpRouteOptions {
  readonly createServer: McpServerFactory
  readonly log: Log
}

export interface McpRoute {
  readonly handler: RequestHandler
  /** Ends the streams that are still open. */
  readonly close: () => Promise<void>
}

/** The MCP endpoint: revision 2026-07-28 and, statelessly, the 2025 revisions, from a fresh server a request. */
export function mcpRoute({ createServer, log }: McpRouteOptions): McpRoute {
  const onerror = (error: Error): void => {
    log.event('warn', 'mcp_error', { err: describeError(error) })
  }
  const handler = createMcpHandler(createServer, { onerror })
  const serve = toNodeHandler(handler, { onerror })
  return {
    handler: async function mcpHandler(req, res) {
      // The types of the SDK and of Express disagree about `req.auth` alone; `bearerAuth` sets the SDK's.
      await serve(req as unknown as NodeIncomingMessageLike, res, req.body)
    },
    close: () => handler.close(),
  }
}
