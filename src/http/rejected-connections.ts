import type { Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { systemClock, type Clock } from '../time/clock.js'
import type { LogLevel } from '../failures/failure-rule.js'
import { logEvent } from '../logging/log-event.js'
import { silentLog, type Logger } from '../logging/logger.js'

export interface RejectedConnectionsOptions {
  /** What `maxHeaderSize` of the server is, for the answer's text. */
  readonly maxHeaderBytes: number
  readonly log?: Logger | undefined
  readonly clock?: Clock | undefined
}

interface Rejection {
  readonly status: string
  readonly reason: 'headers_too_large' | 'method_not_allowed' | 'not_http' | 'request_timeout'
  readonly text: string
  readonly level: LogLevel
}

/** Anybody can send nonsense as fast as they like; the log must not grow with it. */
const LINES_A_MINUTE = 10
const WINDOW_MS = 60_000

/**
 * Answers requests that Node's parser refuses before any handler sees them, with a body that says what to change:
 * headers too large (431), too slow (408), not HTTP (400), CONNECT (405). Logs `http_rejected`, of each
 * reason ten lines a minute at the most; `unlogged` counts those in between.
 */
export function answerRejectedConnections(
  server: Server,
  options: RejectedConnectionsOptions,
): void {
  const note = boundedNote(options)
  const answers = new WeakMap<Duplex, ServerResponse>()
  server.on('request', (req, res) => answers.set(req.socket, res))
  const reject = (socket: Duplex, rejection: Rejection): void => {
    const answer = answers.get(socket)
    // An answer that has begun must not be continued with another one.
    const begun = answer !== undefined && answer.headersSent && !answer.writableFinished
    if (!socket.writable || begun) {
      socket.destroy()
      return
    }
    note(rejection)
    const body = JSON.stringify({ error: rejection.reason, error_description: rejection.text })
    socket.end(
      [
        `HTTP/1.1 ${rejection.status}`,
        'Connection: close',
        'Cache-Control: no-store',
        'Content-Type: application/json; charset=utf-8',
        `Content-Length: ${Buffer.byteLength(body)}`,
        ...(rejection.status.startsWith('405') ? ['Allow: POST'] : []),
        '',
        body,
      ].join('\r\n'),
      () => {
        socket.destroy()
      },
    )
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET') socket.destroy()
    else reject(socket, rejectionOf(error.code, options.maxHeaderBytes))
  })
  server.on('connect', (_req, socket) => {
    reject(socket, CONNECT)
  })
}

const CONNECT: Rejection = {
  status: '405 Method Not Allowed',
  reason: 'method_not_allowed',
  text: 'This server is no proxy.',
  level: 'debug',
}

function rejectionOf(code: string | undefined, maxHeaderBytes: number): Rejection {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return {
      status: '431 Request Header Fields Too Large',
      reason: 'headers_too_large',
      text: `The request headers together are larger than ${maxHeaderBytes} bytes. Mostly it is the access token: it should carry fewer claims.`,
      level: 'warn',
    }
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return {
      status: '408 Request Timeout',
      reason: 'request_timeout',
      text: 'The request did not arrive in time.',
      level: 'debug',
    }
  }
  return {
    status: '400 Bad Request',
    reason: 'not_http',
    text: 'The request is not valid HTTP/1.1.',
    level: 'debug',
  }
}

function boundedNote({ log = silentLog, clock = systemClock }: RejectedConnectionsOptions) {
  const windows = new Map<Rejection['reason'], { ends: number; lines: number; unlogged: number }>()
  return ({ status, reason, level }: Rejection): void => {
    const window = windows.get(reason) ?? { ends: 0, lines: 0, unlogged: 0 }
    windows.set(reason, window)
    const now = clock()
    // The second half is for a clock that was set back.
    if (now >= window.ends || now < window.ends - WINDOW_MS) {
      window.ends = now + WINDOW_MS
      window.lines = 0
    }
    if (window.lines >= LINES_A_MINUTE) {
      window.unlogged += 1
      return
    }
    window.lines += 1
    const { unlogged } = window
    window.unlogged = 0
    logEvent(log, level, {
      event: 'http_rejected',
      status: Number(status.slice(0, 3)),
      reason,
      unlogged,
    })
  }
}
