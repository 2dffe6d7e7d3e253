import { connect, type Socket } from 'node:net'
import { callParts, type ToolCall } from './tool-call.js'

/** A call of a tool as bytes. */
export function callBytes(call: Pick<ToolCall, 'tool' | 'token'>): { head: string; body: string } {
  const { headers, body } = callParts(call)
  const lines = Object.entries({ host: 'localhost', ...headers, 'content-length': body.length })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return { body, head: `POST /mcp HTTP/1.1\r\n${head}\r\n` }
}

/** A connection whose end is no error. */
export class RawClient {
  readonly socket: Socket
  /** Resolves when there is no connection any more, whoever ended it. */
  readonly closed: Promise<void>
  /** Known once it is connected. */
  ports = { client: 0, server: 0 }
  received = 0

  private constructor(socket: Socket) {
    this.socket = socket
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        resolve()
      })
    })
    socket.on('error', () => undefined)
  }

  /** Resolves once it is connected. With `reads: false`, what the server sends stays with the kernel. */
  static open(origin: string, { reads = true } = {}): Promise<RawClient> {
    const { hostname, port } = new URL(origin)
    const socket = connect({ host: hostname, port: Number(port) })
    const client = new RawClient(socket)
    if (reads) socket.on('data', (bytes: Buffer) => (client.received += bytes.length))
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        client.ports = { client: socket.localPort ?? 0, server: Number(port) }
        resolve(client)
      })
    })
  }

  write(text: string): void {
    this.socket.write(text)
  }

  /** Vanishes as a process that is killed does. */
  drop(): void {
    this.socket.destroy()
  }
}
