import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'
import type { Fetch } from '../../../src/http/fetch-json.js'
import type { ListeningServer } from '../../../src/server/serve.js'

/** Listens for HTTPS on a free port of the loopback interface. Clients may present a certificate, of whichever authority. */
export async function serveTls(certificate: {
  readonly key: string
  readonly cert: string
}): Promise<ListeningServer> {
  let handler: RequestListener = (_req, res) => res.writeHead(503).end()
  const asksClients = { requestCert: true, rejectUnauthorized: false }
  const server = createServer({ ...certificate, ...asksClients }, (req, res) => {
    handler(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    attach(attached) {
      handler = attached
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

/** A `fetch` that trusts one certificate authority beside none. */
export function trustingFetch(ca: string): Fetch {
  const dispatcher = new Agent({ connect: { ca } })
  return ((input: string | URL, init: object | undefined) =>
    undiciFetch(input, { ...init, dispatcher })) as unknown as Fetch
}
