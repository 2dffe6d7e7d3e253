import type { ServerResponse } from 'node:http'
import type { JSONRPCMessage } from '@modelcontextprotocol/server'
import { EVENT_STREAM_HEADERS, messageEvent } from '../http/event-stream.js'

/** In which form an answer is written as long as nothing has been sent before it. */
export type AnswerForm = 'json' | 'event-stream'

/**
 * Writes what a server sends for one request to Node's response: one JSON document, or an event stream as soon as
 * anything comes before the answer.
 */
export class AnswerWriter {
  readonly #res: ServerResponse
  readonly #form: AnswerForm
  #streaming = false

  constructor(res: ServerResponse, form: AnswerForm) {
    this.#res = res
    this.#form = form
  }

  /** Whether the client may have read a part of the answer already. */
  get begun(): boolean {
    return this.#res.headersSent
  }

  /** Sends a message that comes before the answer. */
  event(message: JSONRPCMessage): void {
    this.#stream()
    this.#res.write(messageEvent(message))
  }

  /** Sends a line that clients skip, and so keeps the connection open. */
  comment(text: string): void {
    this.#stream()
    this.#res.write(`: ${text}\n\n`)
  }

  /** Sends the answer, and ends. `status` counts where nothing was sent before. */
  end(answer: JSONRPCMessage, status = 200): void {
    const res = this.#res
    if (this.#streaming) {
      res.end(messageEvent(answer))
      return
    }
    const asEvent = this.#form === 'event-stream' && status === 200
    res.statusCode = status
    if (asEvent) this.#setStreamHeaders()
    else res.setHeader('Content-Type', 'application/json')
    // One write, so that Node knows the length.
    res.end(asEvent ? messageEvent(answer) : JSON.stringify(answer))
  }

  /** Ends without an answer. The status is what the SDK gives a request whose connection was closed. */
  abandon(): void {
    if (this.#res.writableEnded) return
    if (!this.begun) this.#res.statusCode = 499
    this.#res.end()
  }

  #stream(): void {
    if (this.#streaming) return
    this.#streaming = true
    this.#res.statusCode = 200
    this.#setStreamHeaders()
  }

  #setStreamHeaders(): void {
    for (const [name, value] of Object.entries(EVENT_STREAM_HEADERS))
      this.#res.setHeader(name, value)
  }
}
