import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listens on a free loopback port, tells the parent process which, and ends with it. */
export function serveParent(listener: RequestListener, listening?: (origin: string) => void): void {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1', () => {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    listening?.(origin)
    process.send?.({ origin })
  })
  process.once('disconnect', () => {
    process.exit(0)
  })
}
