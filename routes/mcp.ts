import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import { createMcpHandler, type McpServerFactory } from '@modelcontextprotocol/server'
import type { RequestHandler } from 'express'
import { authInfoOf } from '../middleware/bearer-auth.js'
import { logFailure } from '../middleware/error-handler.js'
import { requestIdOf } from '../middleware/request-context.js'
import { describeError } from '../src/describe-error.js'
import { takeStepUp } from '../src/downstream/downstream-step-up.js'
import { failureResponse, type FailureResponseOptions } from '../src/failure-response.js'
import type { Log } from '../src/log.js'

export interface McpRouteOptions extends FailureResponseOptions {
  readonly createServer: McpServerFactory
  readonly log: Log
}

export interface McpRoute {
  readonly handler: RequestHandler
  /** Ends the streams that are still open. */
  readonly close: () => Promise<void>
}

/**
 * The MCP endpoint: revision 2026-07-28 and, statelessly, the 2025 revisions, from a fresh server a request.
 *
 * A step-up that only came up while a tool ran takes the place of the tool's answer, unless that answer is a
 * stream, which has begun: then the client gets the tool error.
 */
export function mcpRoute(options: McpRouteOptions): McpRoute {
  const { createServer, log } = options
  const onerror = (error: Error): void => {
    log.event('warn', 'mcp_error', { err: describeError(error) })
  }
  const mcp = createMcpHandler(createServer, { onerror })
  return {
    close: () => mcp.close(),
    handler: async function mcpHandler(req, res) {
      const serve = toNodeHandler(
        {
          fetch: async (request, requestOptions) => {
            const response = await mcp.fetch(request, requestOptions)
            const stepUp = takeStepUp(authInfoOf(req))
            if (stepUp === undefined || isStream(response)) return response
            logFailure(stepUp, req, log)
            const { status, headers, body } = failureResponse(stepUp, requestIdOf(req), options)
            return new Response(JSON.stringify(body), { status, headers })
          },
        },
        { onerror },
      )
      // The types of the SDK and of Express disagree about `req.auth` alone; `bearerAuth` sets the SDK's.
      await serve(req as unknown as NodeIncomingMessageLike, res, req.body)
    },
  }
}

function isStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true
}
