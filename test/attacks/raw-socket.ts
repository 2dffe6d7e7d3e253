import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Answer } from './attack.js'

/** Only ends what hangs. */
const PATIENCE_MS = 120_000

/**
 * Writes bytes to a server as they are and reads until it ends the connection.
 *
 * What no HTTP client would send can be sent with it. The bytes have to make the server close in the end
 * (`Connection: close`, or a fault); rejects when it does not within two minutes.
 */
export async function sendRaw(
  url: URL,
  bytes: string | Buffer,
  credentials: readonly string[] = [],
): Promise<Answer> {
  const received = await exchange(url, typeof bytes === 'string' ? latin1(bytes) : bytes)
  return { ...parseAnswer(received), credentials }
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

function exchange(url: URL, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = open(url)
    socket.setTimeout(PATIENCE_MS, () => {
      socket.destroy()
      reject(new Error('the server neither answered nor closed the connection'))
    })
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (isCompleteStream(Buffer.concat(chunks).toString('latin1'))) socket.end()
    })
    // A server that refuses early resets the connection while we still write. What it said counts.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString('latin1'))
    })
    socket.write(bytes)
  })
}

/** An event stream leaves the connection open although it was asked not to. */
function isCompleteStream(raw: string): boolean {
  return /^connection: keep-alive\r$/im.test(raw) && raw.endsWith('\r\n0\r\n\r\n')
}

function open(url: URL): Socket {
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port || (secure ? 443 : 80))
  return secure ? connectTls({ host, port, servername: host }) : connect({ host, port })
}

function parseAnswer(raw: string): Omit<Answer, 'credentials'> {
  const statuses = [...raw.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map((match) => Number(match[1]))
  const end = raw.indexOf('\r\n\r\n')
  const lines = (end < 0 ? raw : raw.slice(0, end)).split('\r\n').slice(1)
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const rest = end < 0 ? '' : raw.slice(end + 4)
  const chunked = headers['transfer-encoding'] === 'chunked'
  const bytes = Buffer.from(chunked ? unchunked(rest) : rest, 'latin1')
  return {
    status: statuses[0] ?? 'closed',
    statuses,
    headers,
    body: bytes.toString('utf8'),
    raw,
  }
}

function unchunked(text: string): string {
  let rest = text
  let body = ''
  for (;;) {
    const lineEnd = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.slice(0, lineEnd), 16)
    if (lineEnd < 0 || !(size > 0)) return body
    body += rest.slice(lineEnd + 2, lineEnd + 2 + size)
    rest = rest.slice(lineEnd + 2 + size + 2)
  }
}
