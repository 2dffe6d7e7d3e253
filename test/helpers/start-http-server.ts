import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeWithTest } from './close-with-test.js'

export interface HttpServer {
  readonly origin: string
  readonly port: number
  /** How many connections were opened to it: not one byte comes without. */
  readonly connections: number
  /** Cuts every connection; also done at the end of the test that started it. */
  close(): Promise<void>
}

/** Listens on a free port of the loopback interface. */
export async function startHttpServer(handler: RequestListener): Promise<HttpServer> {
  const server = createServer(handler)
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    })
  return {
    ...{ port, origin: `http://127.0.0.1:${port}`, close: closeWithTest(close) },
    get connections() {
      return connections
    },
  }
}

/** The origin of a server that is no longer there: connections are refused. */
export async function deadOrigin(): Promise<string> {
  const server = await startHttpServer(() => undefined)
  await server.close()
  return server.origin
}
