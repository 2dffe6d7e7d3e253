import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { AnswerBody } from './http-sender.js'

/** The head of an answer, as undici gives it. */
export interface AnswerHead {
  readonly status: number
  readonly statusText: string
  readonly headers: IncomingHttpHeaders
}

type ResponseStart = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>

interface Waiting {
  readonly resolve: (bytes: Uint8Array | undefined) => void
  readonly reject: (cause: unknown) => void
}

/** What may lie unread before the connection has to wait: as much as in undici's own bodies. */
const MAX_UNREAD_BYTES = 64 * 1024

/**
 * One call through undici's `dispatch`, and the body of its answer.
 *
 * As undici's `request`, without a stream for the body. The signal ends the call at any time, also before there is a
 * connection: what waits for the answer or for its body rejects with the signal's reason.
 */
export class DispatchedCall implements Dispatcher.DispatchHandler, AnswerBody {
  /** Resolves when the answer begins; rejects where none does. */
  readonly head: Promise<AnswerHead>
  readonly #signal: AbortSignal
  readonly #unread: Uint8Array[] = []
  #unreadBytes = 0
  #begin: (head: AnswerHead) => void = () => undefined
  #refuse: (cause: unknown) => void = () => undefined
  #controller: Dispatcher.DispatchController | undefined
  #waiting: Waiting | undefined
  #discards = false
  #ended = false
  #failure: { readonly cause: Error } | undefined

  constructor(signal: AbortSignal) {
    this.#signal = signal
    this.head = new Promise((resolve, reject) => {
      this.#begin = resolve
      this.#refuse = reject
    })
    if (signal.aborted) this.#aborted()
    else signal.addEventListener('abort', this.#aborted, { once: true })
  }

  /** Reads on to the end, and keeps nothing: for an answer without a body. */
  discard(): void {
    this.#discards = true
    this.#unread.length = 0
    this.#controller?.resume()
  }

  next(): Promise<Uint8Array | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.cause)
    const bytes = this.#unread.shift()
    if (bytes !== undefined) {
      this.#unreadBytes -= bytes.byteLength
      if (this.#unreadBytes < MAX_UNREAD_BYTES) this.#controller?.resume()
      return Promise.resolve(bytes)
    }
    if (this.#ended) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  cancel(reason?: unknown): void {
    this.fail(reason instanceof Error ? reason : new Error('the answer is not read to its end'))
  }

  /** Ends the call, unless it is over. */
  fail(cause: Error): void {
    if (this.#ended || this.#failure !== undefined) return
    this.#failure = { cause }
    this.#signal.removeEventListener('abort', this.#aborted)
    this.#unread.length = 0
    this.#refuse(cause)
    this.#waiting?.reject(cause)
    this.#controller?.abort(cause)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#failure !== undefined) controller.abort(this.#failure.cause)
  }

  onResponseStart(...[, status, headers, statusText = '']: ResponseStart): void {
    // Others may come before the answer (RFC 9110 §15.2).
    if (status >= 200) this.#begin({ status, statusText, headers })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#discards || this.#failure !== undefined) return
    const waiting = this.#waiting
    if (waiting !== undefined) {
      this.#waiting = undefined
      waiting.resolve(chunk)
      return
    }
    this.#unread.push(chunk)
    this.#unreadBytes += chunk.byteLength
    if (this.#unreadBytes >= MAX_UNREAD_BYTES) controller.pause()
  }

  onResponseEnd(): void {
    this.#ended = true
    this.#signal.removeEventListener('abort', this.#aborted)
    this.#waiting?.resolve(undefined)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error)
  }

  readonly #aborted = (): void => {
    this.fail(this.#signal.reason as Error)
  }
}
