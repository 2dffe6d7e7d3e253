import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** One request as it arrived at the MCP endpoint, and how it was answered. */
export interface ObservedRequest {
  readonly method: string
  readonly protocolVersion: string | undefined
  readonly userAgent: string | undefined
  readonly status: number
  /** `error` of the challenge, if there was one with an error. */
  readonly challenge: string | undefined
}

/** What a client really sent: every request that a server of this process answered at one port. */
export class Observed {
  readonly requests: ObservedRequest[] = []
  readonly #port: string
  readonly #arrivals = new EventEmitter()
  readonly #listener = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    if (String(request.socket.localPort) !== this.#port) return
    if (request.method === 'OPTIONS' || request.url?.startsWith('/mcp') !== true) return
    this.requests.push({
      method: request.method ?? '',
      protocolVersion: single(request.headers['mcp-protocol-version']),
      userAgent: request.headers['user-agent'],
      status: response.statusCode,
      challenge: /error="([^"]*)"/.exec(String(response.getHeader('www-authenticate') ?? ''))?.[1],
    })
    this.#arrivals.emit('request')
  }

  constructor(endpoint: URL) {
    this.#port = endpoint.port
    subscribe('http.server.response.finish', this.#listener)
  }

  /** The protocol revision of the last request that was answered with 200. */
  revision(): string {
    return this.requests.findLast(({ status }) => status === 200)?.protocolVersion ?? 'none'
  }

  /** Refused messages, in order: `401`, `401 invalid_token`, `403 insufficient_scope`. */
  refusals(): readonly string[] {
    return this.requests
      .filter(({ method, status }) => method === 'POST' && status >= 400)
      .map(({ status, challenge }) => [status, challenge].filter(Boolean).join(' '))
  }

  /** Resolves as soon as a request of this method was answered. */
  async answered(method: string): Promise<void> {
    while (!this.requests.some((request) => request.method === method)) {
      await once(this.#arrivals, 'request')
    }
  }

  close(): void {
    unsubscribe('http.server.response.finish', this.#listener)
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
