import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { serve, type ListeningServer } from '../../src/server/serve.js'

export interface BearerProxyOptions {
  /** Of the server behind, on 127.0.0.1. */
  readonly targetPort: number
  /** The token to add to a request that has none. */
  readonly token: () => Promise<string>
}

export interface BearerProxy {
  readonly port: number
  close(): Promise<void>
}

/**
 * Passes requests on, with a bearer token added, for programs that cannot sign in.
 *
 * Everything else goes through as it came, in both directions: raw headers, `Host` among them, status, bodies piece by
 * piece, and either side's going away. Listens on 127.0.0.1, on a free port.
 */
export async function startBearerProxy(options: BearerProxyOptions): Promise<BearerProxy> {
  const agent = new Agent({ keepAlive: true })
  const server: ListeningServer = await serve({
    host: '127.0.0.1',
    port: 0,
    drainMs: 100,
    handler: (req, res) => {
      forward(req, res, { ...options, agent }).catch(() => {
        res.destroy()
      })
    },
  })
  return {
    port: server.port,
    async close() {
      await server.close()
      agent.destroy()
    },
  }
}

async function forward(
  req: IncomingMessage,
  res: ServerResponse,
  { targetPort, token, agent }: BearerProxyOptions & { readonly agent: Agent },
): Promise<void> {
  const headers =
    req.headers.authorization === undefined
      ? [...req.rawHeaders, 'Authorization', `Bearer ${await token()}`]
      : req.rawHeaders
  const { method, url: path } = req
  const outgoing = request({
    host: '127.0.0.1',
    port: targetPort,
    // The server ends the connection of such a request: it must not be kept for another.
    agent: req.headers.connection === 'close' ? false : agent,
    method,
    path,
    headers,
  })
  outgoing.on('response', (incoming) => {
    res.sendDate = false
    res.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, incoming.rawHeaders)
    // A stream that has nothing to say yet must still be seen to have begun.
    res.flushHeaders()
    incoming.pipe(res)
    incoming.on('error', () => res.destroy())
  })
  outgoing.on('error', () => res.destroy())
  res.on('close', () => {
    if (!res.writableFinished) outgoing.destroy()
  })
  req.pipe(outgoing)
}
