import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { decodedBody, DECODED_CODINGS } from './decoded-body.js'
import { DispatchedCall } from './dispatched-call.js'
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
 * Creates a sender on undici's `dispatch`: what `fetch` does over the same connections, without what it costs.
 *
 * Asks for compressed answers and decodes them, as `fetch` does. Rejects with the bare error of the connection.
 */
export function createPooledSender({ kept, fresh }: PooledSenderOptions): HttpSender {
  return async ({ url, method, headers, body, signal, freshConnection = false }) => {
    const call = new DispatchedCall(signal)
    try {
      const request = {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: fieldsOf(headers),
        body: body ?? null,
      }
      if (!signal.aborted) (freshConnection ? fresh : kept).dispatch(request, call)
    } catch (error) {
      call.fail(error as Error)
    }
    const { status, statusText, headers: received } = await call.head
    const answered = headersOf(received)
    if (method === 'HEAD' || WITHOUT_BODY.has(status)) {
      call.discard()
      return { status, statusText, headers: answered, body: undefined }
    }
    const coded = decoded(call, answered.get('content-encoding'))
    return { status, statusText, headers: answered, body: coded }
  }
}

/** Names and values alternating, as undici takes them. */
function fieldsOf(headers: ReadonlyMap<string, string>): string[] {
  const fields: string[] = []
  for (const [name, value] of headers) fields.push(name, value)
  if (!headers.has('accept-encoding')) fields.push('accept-encoding', DECODED_CODINGS)
  return fields
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

/** Most answers of an API come as they are, and need no stream. */
function decoded(body: AnswerBody, contentEncoding: string | null): AnswerBody {
  return contentEncoding === null ? body : bodyOf(decodedBody(streamOf(body), contentEncoding))
}

function streamOf(body: AnswerBody): Readable {
  return new Readable({
    read() {
      body.next().then(
        (bytes) => this.push(bytes ?? null),
        (error: unknown) => this.destroy(error as Error),
      )
    },
    destroy(error, done) {
      body.cancel(error ?? undefined)
      done(error)
    },
  })
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
