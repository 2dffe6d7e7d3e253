import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ServeOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** May be given later, by `attach`, when it depends on the port. */
  readonly handler?: RequestListener
  /** How long calls under way may take to end after `close`. Default 10000. */
  readonly drainMs?: number
}

export interface ListeningServer {
  readonly port: number
  attach(handler: RequestListener): void
  /** Stops to accept, lets calls under way end, then cuts what is left. A second call waits for the first. */
  close(): Promise<void>
}

/** Listens for HTTP; rejects when the address cannot be had. Requests before `attach` get 503. */
export async function serve(options: ServeOptions): Promise<ListeningServer> {
  let handler: RequestListener =
    options.handler ??
    ((_req, res) => {
      res.writeHead(503, { 'Retry-After': '1' }).end()
    })
  // Slow senders must not hold connections: headers within 10 s, a whole request within 30 s.
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, (req, res) => {
    // While draining, a kept-alive connection must neither hold up the end nor bring further calls.
    res.once('finish', () => {
      if (!server.listening) server.closeIdleConnections()
    })
    handler(req, res)
  })
  await listening(server, options)
  const { port } = server.address() as AddressInfo
  let closing: Promise<void> | undefined
  return {
    port,
    attach(attached) {
      handler = attached
    },
    close: () => (closing ??= drained(server, options.drainMs ?? 10_000)),
  }
}

function listening(server: Server, { host, port }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function drained(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const cut = setTimeout(() => {
      server.closeAllConnections()
    }, drainMs)
    server.close((error) => {
      clearTimeout(cut)
      if (error === undefined) resolve()
      else reject(error)
    })
    server.closeIdleConnections()
  })
}
