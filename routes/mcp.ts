import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  type McpHandlerRequestOptions,
  type McpServerFactory,
  type ServerNotifier,
} from '@modelcontextprotocol/server'
import type { RequestHandler } from 'express'
import { authInfoOf } from '../middleware/bearer-auth.js'
import { logFailure } from '../middleware/error-handler.js'
import { requestIdOf } from '../middleware/request-context.js'
import { describeError } from '../src/describe-error.js'
import { takeStepUp } from '../src/downstream/downstream-step-up.js'
import { failureResponse, type FailureResponseOptions } from '../src/failure-response.js'
import { OnBehalfOfError } from '../src/errors.js'
import type { Log } from '../src/log.js'
import { McpSessions, type McpSessionsOptions } from '../src/sessions/mcp-sessions.js'

/** What `mcpRoute` needs: your server factory, what challenges say, and a log. */
export interface McpRouteOptions extends FailureResponseOptions {
  readonly createServer: McpServerFactory
  readonly log: Log
  /** Gives 2025 clients that ask for it a session. Default: none, every request stands alone. */
  readonly sessions?: McpSessionsOptions
}

/** A mounted MCP endpoint: its handler, and how it ends. */
export interface McpRoute {
  readonly handler: RequestHandler
  /** Tells 2026-07-28 clients that listen, whoever they are, that a list or a resource changed. */
  readonly notify: ServerNotifier
  /** Ends streams that only wait for news; call it when the server stops to accept. */
  readonly drain: () => void
  /** Ends all sessions and streams. */
  readonly close: () => Promise<void>
}

/**
 * The MCP endpoint: revision 2026-07-28 and the 2025 revisions, from a fresh server a request; with `sessions`, one
 * a session for 2025 clients that open one.
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
  const sessions =
    options.sessions === undefined
      ? undefined
      : new McpSessions(createServer, options.sessions, onerror)
  const answer = async (
    request: Request,
    requestOptions: McpHandlerRequestOptions | undefined,
  ): Promise<Response> =>
    (await sessions?.answer(request, requestOptions)) ?? mcp.fetch(request, requestOptions)

  return {
    notify: mcp.notify,
    drain: () => {
      sessions?.endIdleStreams()
    },
    close: async () => {
      await sessions?.close()
      await mcp.close()
    },
    handler: async function mcpHandler(req, res) {
      const refused = (failure: OnBehalfOfError): Response => {
        logFailure(failure, req, log)
        const { status, headers, body } = failureResponse(failure, requestIdOf(req), options)
        return new Response(JSON.stringify(body), { status, headers })
      }
      const fetch = async (
        request: Request,
        requestOptions?: McpHandlerRequestOptions,
      ): Promise<Response> => {
        try {
          const response = await answer(request, requestOptions)
          const stepUp = takeStepUp(authInfoOf(req))
          return stepUp === undefined || isStream(response) ? response : refused(stepUp)
        } catch (error) {
          if (error instanceof OnBehalfOfError) return refused(error)
          throw error
        }
      }
      // The types of the SDK and of Express disagree about `req.auth` alone; `bearerAuth` sets the SDK's.
      const node = req as unknown as NodeIncomingMessageLike
      await toNodeHandler({ fetch }, { onerror })(node, res, req.body)
    },
  }
}

function isStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true
}
