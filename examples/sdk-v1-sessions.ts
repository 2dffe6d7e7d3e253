// A server built with version 1 of the SDK that keeps sessions, each bound to the user and the client that opened it.
// A session id in other hands is answered as one that never was; sessions end unused, too old, or by DELETE.
import { finished } from 'node:stream'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js'
import express, { type Express, type Request, type Response } from 'express'
import {
  authContextOf,
  authenticatedRequest,
  onBehalfOf,
  SessionRegistry,
  type SessionLimits,
} from 'mcp-on-behalf-of'
import type { ExampleOptions } from './existing-express-server.js'
import { createSdkV1Server, SDK_V1_TOOLS } from './sdk-v1-server.js'

export interface SessionsExampleOptions extends ExampleOptions {
  readonly limits?: SessionLimits
}

export interface SessionsExample {
  readonly app: Express
  /** Ends all sessions with their streams. */
  readonly close: () => void
}

export function createSessionsApp(options: SessionsExampleOptions): SessionsExample {
  const { endpoint, issuer, client, api, log } = options
  const sessions = new SessionRegistry<StreamableHTTPServerTransport>({
    ...options.limits,
    onEnd: (transport) => void transport.close(),
  })
  const { metadata, protect, errors } = onBehalfOf({
    ...{ endpoint, issuer, client, log, sessions },
    apis: { api },
    tools: SDK_V1_TOOLS,
  })

  const app = express()
  app.use(metadata)
  app.all('/mcp', protect, sessionHandler(sessions))
  app.use(errors)
  return {
    app,
    close: () => {
      sessions.close()
    },
  }
}

function sessionHandler(sessions: SessionRegistry<StreamableHTTPServerTransport>) {
  return async (req: Request, res: Response): Promise<void> => {
    const request = authenticatedRequest(req)
    const { caller } = authContextOf(request.auth)
    const sessionId = req.get('mcp-session-id')
    if (sessionId !== undefined) {
      // Throws `session_not_found`, which `errors` answers with 404: the client opens a new one.
      const { value: transport, release } = sessions.use(sessionId, caller)
      // Tells also where the client has gone by now; the event alone would not.
      finished(res, release)
      await transport.handleRequest(request, res, req.body)
      return
    }
    if (!isInitializeRequest(req.body)) {
      res.status(400).json({
        jsonrpc: '2.0',
        id: null,
        error: { code: -32000, message: 'Send an initialize request first.' },
      })
      return
    }
    const transport = sessions.open(caller, (id) => {
      const opened = new StreamableHTTPServerTransport({ sessionIdGenerator: () => id })
      opened.onclose = () => {
        sessions.end(id)
      }
      return opened
    })
    await createSdkV1Server().connect(transport)
    await transport.handleRequest(request, res, req.body)
    // The handshake failed: nobody knows the id.
    if (transport.sessionId === undefined) await transport.close()
  }
}
