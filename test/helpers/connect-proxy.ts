import { createServer as createHttp, type IncomingMessage } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'

export interface ConnectProxyOptions {
  /** Wanted as Basic credentials, `user:password`. */
  readonly credentials?: string
  /** Answers every CONNECT with this status in place of a tunnel. */
  readonly status?: number
  /** Speaks TLS. */
  readonly certificate?: { readonly key: string; readonly cert: string }
}

/** A proxy that makes tunnels, to this machine whatever the host, and keeps what it was asked for. */
export interface ConnectProxy {
  readonly port: number
  /** `host:port` of every CONNECT, in order. */
  readonly targets: string[]
  /** The header of every CONNECT. */
  readonly authorizations: (string | undefined)[]
  /** Requests that were no CONNECT. */
  readonly others: string[]
  close(): Promise<void>
}

export async function openConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const { certificate, credentials, status } = options
  const server = certificate === undefined ? createHttp() : createHttps(certificate)
  const sockets = new Set<{ destroy(): unknown }>()
  const [targets, authorizations, others]: [string[], (string | undefined)[], string[]] = [
    [],
    [],
    [],
  ]
  server.on('request', (req, res) => {
    others.push(`${req.method ?? ''} ${req.url ?? ''}`)
    res.writeHead(501).end()
  })
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.on('connect', (req: IncomingMessage, client: Socket, head: Buffer) => {
    targets.push(req.url ?? '')
    authorizations.push(req.headers['proxy-authorization'])
    client.on('error', () => client.destroy())
    const known =
      credentials === undefined ||
      req.headers['proxy-authorization'] === `Basic ${Buffer.from(credentials).toString('base64')}`
    const refusal = status ?? (known ? undefined : 407)
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal} No\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    const upstream = connect(Number(req.url?.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.write(head)
      upstream.pipe(client)
      client.pipe(upstream)
    })
    sockets.add(upstream)
    upstream.on('error', () => client.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    ...{ targets, authorizations, others },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        for (const socket of sockets) socket.destroy()
      }),
  }
}
