import type { Answer, Headers, Target } from './attack.js'
import { sendRaw } from './raw-socket.js'

/** How a request differs from the good request of the server. */
export interface RequestChanges {
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string
  /** Instead of `Bearer`. */
  readonly scheme?: string
  readonly method?: string
  /** The request target as it stands in the request line. */
  readonly path?: string
  readonly host?: string
  /** Sent beside the server's own; one of the same name takes its place. */
  readonly headers?: Headers
  readonly body?: string | Buffer
}

/** Sends the good request of a server with changes, byte for byte as given. */
export function sendRequest(target: Target, changes: RequestChanges = {}): Promise<Answer> {
  const bytes = requestBytes(target, changes)
  return sendRaw(target.endpoint, bytes, credentialsIn(bytes))
}

/** Sends bytes of the attack's own making. */
export function sendBytes(target: Target, text: string | Buffer): Promise<Answer> {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
  return sendRaw(target.endpoint, bytes, credentialsIn(bytes))
}

/** A whole request, with the header lines given instead of an Authorization header. */
export function requestText(
  target: Target,
  lines: readonly string[],
  changes: RequestChanges = {},
): string {
  const text = requestBytes(target, changes).toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  return [text.slice(0, end), ...lines].join('\r\n') + text.slice(end)
}

function requestBytes(target: Target, changes: RequestChanges): Buffer {
  const { endpoint, request } = target
  const method = changes.method ?? request.method
  const given = changes.headers ?? []
  const overridden = new Set(given.map(([name]) => name.toLowerCase()))
  const body = Buffer.from(changes.body ?? request.body ?? '')
  const headers: Headers = [
    ['Host', changes.host ?? endpoint.host],
    ['Connection', 'close'],
    ...(body.length === 0 ? [] : [['Content-Length', `${body.length}`] as const]),
    ...request.headers,
  ]
  const lines = [
    `${method} ${changes.path ?? `${endpoint.pathname}${endpoint.search}`} HTTP/1.1`,
    ...[...headers.filter(([name]) => !overridden.has(name.toLowerCase())), ...given].map(
      ([name, value]) => `${name}: ${value}`,
    ),
    ...(changes.token === undefined
      ? []
      : [`Authorization: ${changes.scheme ?? 'Bearer'} ${changes.token}`]),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body])
}

const SECRET_HEADER =
  /^(?:authorization|proxy-authorization|dpop|cookie)\s*:(.*(?:\r?\n[ \t].*)*)/gim
const LONG_RUN = /[A-Za-z0-9_+/-]{24,}/g
const JWT_PART = /eyJ[A-Za-z0-9_-]{21,}(?:\.[A-Za-z0-9_-]{24,})*/g
const MAX_SEARCHED = 200_000

/** The long runs of a request that a token, a proof or a part of one consists of. */
function credentialsIn(bytes: Buffer): readonly string[] {
  const text = bytes.subarray(0, MAX_SEARCHED).toString('latin1')
  const inHeaders = [...text.matchAll(SECRET_HEADER)].flatMap(([, value = '']) =>
    [...value.matchAll(LONG_RUN)].map(([run]) => run),
  )
  const anywhere = [...text.matchAll(JWT_PART)].flatMap(([jwt]) => jwt.split('.'))
  return [...new Set([...inHeaders, ...anywhere])]
}
