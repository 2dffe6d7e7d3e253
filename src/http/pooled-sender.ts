import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { decodedBody, DECODED_CODINGS } from './decoded-body.js'
import type { AnswerBody, AnswerHeaders, HttpSender } from './http-sender.js'

/** Where requests go out. */
export interface PooledSenderOptions {
  readonly kept: Dispatcher
  /** Opens a connection for each request. */
  readonly fresh: Dispatcher
}

/** HTTP gives these no body (RFC 9110 §6.4.1), and the `Response` of `fetch` takes none. */
const WITHOUT_BODY = new Set([204, 205, 304])

/**
 * Creates a sender on undici's `request`: what `fetch` does over the same connections, without what it costs.
 *
 * Asks for compressed answers and decodes them, as `fetch` does. Rejects with the bare error of the connection.
 */
export function createPooledSender({ kept, fresh }: PooledSenderOptions): HttpSender {
  return async ({ url, method, headers, body, signal, freshConnection = false }) => {
    const answer = await (freshConnection ? fresh : kept).request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: method,
      headers: headers.has('accept-encoding')
        ? headers
        : new Map([...headers, ['accept-encoding', DECODED_CODINGS]]),
      body: body ?? null,
      signal,
    })
    const { statusCode: status, statusText } = answer
    const head = { status, statusText, headers: headersOf(answer.headers) }
    if (method === 'HEAD' || WITHOUT_BODY.has(status)) {
      // Read, although there is nothing: else undici keeps its listener at the signal.
      answer.body.on('error', () => undefined).resume()
      return { ...head, body: undefined }
    }
    return { ...head, body: bodyOf(decodedBody(answer.body, head.headers.get('content-encoding'))) }
  }
}

function headersOf(received: IncomingHttpHeaders): AnswerHeaders {
  return {
    get(name) {
      const value = Object.hasOwn(received, name) ? received[name] : undefined
      return value === undefined ? null : [value].flat().join(', ')
    },
    *[Symbol.iterator]() {
      for (const [name, value] of Object.entries(received)) {
        for (const one of [value ?? []].flat()) yield [name, one] as const
      }
    },
  }
}

function bodyOf(stream: Readable): AnswerBody {
  const chunks: AsyncIterator<Uint8Array, undefined> = stream[Symbol.asyncIterator]()
  return {
    next: async () => (await chunks.next()).value,
    cancel: () => {
      stream.on('error', () => undefined).destroy()
    },
  }
}
