import type { ObservedCall, ObservedRequest, ObservedTool, Observer } from './observer.js'
import type { OpenRequests } from './open-requests.js'
import type { ReadMessages } from './read-calls.js'
import type { RequestHeaders, Tracing } from './tracing.js'

/** What all observations of a server share. */
export interface ObservationOptions {
  readonly observer: Observer
  /** Makes spans. Default: none. */
  readonly tracing?: Tracing | undefined
  /** Whether nothing has to be prepared for a request. Default: never. */
  readonly isIdle?: (() => boolean) | undefined
  /** What is known of a tool; `undefined` for a name that is not declared. */
  readonly toolFacts: (name: string) => ObservedTool | undefined
  /** The SHA-256 of a call's arguments, where somebody asks for it. */
  readonly digestOf?: ((args: unknown) => string | undefined) | undefined
  /** What a log line about a request says of it. */
  readonly describe?:
    | ((
        request: ObservedRequest,
        calls: readonly ObservedCall[],
      ) => Readonly<Record<string, unknown>>)
    | undefined
  /** Whether the tools are ours, so that every call that reaches one is seen to end. */
  readonly ownTools: boolean
  /** Those whose calls are ended when the server stops. */
  readonly open: OpenRequests
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Milliseconds of a clock that never steps. */
  readonly stopwatch: () => number
}

/** A request, as far as it is known at its beginning. */
export interface BegunRequest {
  readonly requestId: string
  /** Of its `traceparent`. */
  readonly traceId: string | undefined
  readonly method: string
  readonly headers: RequestHeaders
}

/** The answer to a request. */
export interface RequestEnd {
  readonly status: number
  /** Whether all of it was sent. */
  readonly sent: boolean
  /** The parsed body, where there is one; else what the headers say. */
  readonly messages: ReadMessages
}
