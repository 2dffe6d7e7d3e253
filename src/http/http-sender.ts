/** One request, as it goes out. */
export interface OutgoingCall {
  readonly url: URL
  readonly method: string
  /** By lower-case names. */
  readonly headers: ReadonlyMap<string, string>
  readonly body?: string | Uint8Array | undefined
  /** Ends the call, and the body of its answer. */
  readonly signal: AbortSignal
  /** On a connection that no call has used before. */
  readonly freshConnection?: boolean | undefined
}

/** An answer that has begun, whatever its status. */
export interface HttpAnswer {
  readonly status: number
  readonly statusText: string
  /** By lower-case names; a name may stand several times. */
  readonly headers: AnswerHeaders
  /** `undefined` where HTTP allows none (204, 304, HEAD). */
  readonly body: AnswerBody | undefined
}

/** The headers of an answer, each character a byte as in `Headers`. */
export interface AnswerHeaders extends Iterable<readonly [string, string]> {
  /** The value, several joined by `, `; `null` where there is none. */
  get(name: string): string | null
}

/** The body of an answer. It has one reader, who reads it to its end or cancels it. */
export interface AnswerBody {
  /** The next bytes; `undefined` at the end. Rejects where the body breaks off. */
  next(): Promise<Uint8Array | undefined>
  /** Gives up what has not been read. Calling it again, or after the end, does nothing. */
  cancel(reason?: unknown): void
}

/** Sends a request and resolves when its answer begins. Follows no redirect, and rejects where there is no answer. */
export type HttpSender = (call: OutgoingCall) => Promise<HttpAnswer>
