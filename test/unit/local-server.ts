import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface LocalServer {
  readonly origin: string
  readonly port: number
  /** Cuts every connection; also done when the test ends. */
  stop(): Promise<void>
}

/** Listens on a free port of the loopback until the test that started it ends. */
export async function startLocalServer(handler: RequestListener): Promise<LocalServer> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      // The only error is "not running", which is what was wanted.
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    })
  onTestFinished(stop)
  return { origin: `http://127.0.0.1:${port}`, port, stop }
}

/** The origin of a server that is no longer there: connections are refused. */
export async function deadOrigin(): Promise<string> {
  const server = await startLocalServer(() => undefined)
  await server.stop()
  return server.origin
}

/** Answers with JSON. */
export function json(value: unknown, status = 200): RequestListener {
  return (_req, res) => {
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
  }
}
