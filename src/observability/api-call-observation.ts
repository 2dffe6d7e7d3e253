import type { FailureCode } from '../failures/failure-codes.js'
import type { FailureReason } from '../failures/failure-reasons.js'
import type { ApiCall, ObservedRequest } from './observer.js'
import type { RequestObservation } from './request-observation.js'
import { within, type ApiCallSpan } from './tracing.js'

/** Which request goes to the API, and for which call. */
export interface ApiCallBegun {
  readonly tool: string
  readonly api: string
  readonly method: string
  readonly path: string
  /** The JSON-RPC id of the tool call. */
  readonly messageId: string | number | undefined
}

/** One request to an API while it goes on; tells of its beginning and, once, of its end. */
export class ApiCallObservation implements ApiCall {
  readonly tool: string
  readonly api: string
  readonly method: string
  readonly path: string
  status: number | undefined
  failure: FailureCode | undefined
  reason: FailureReason | undefined
  bytes = 0
  durationMs: number | undefined
  readonly #observation: RequestObservation
  readonly #startMs: number
  readonly #span: ApiCallSpan | undefined

  constructor(observation: RequestObservation, begun: ApiCallBegun) {
    this.#observation = observation
    this.#startMs = observation.now()
    this.tool = begun.tool
    this.api = begun.api
    this.method = begun.method
    this.path = begun.path
    this.#span = observation.apiCallStarted(this, begun.messageId)
  }

  get request(): ObservedRequest {
    return this.#observation
  }

  /** The headers that tell the API of the span; `undefined` where the request has none. */
  get traceHeaders(): Readonly<Record<string, string>> | undefined {
    return this.#span?.headers
  }

  /** Does the work within the span. */
  run<T>(work: () => T): T {
    return within(this.#span, work)
  }

  /** There is no answer, or it broke off. */
  failed(failure: FailureCode, reason: FailureReason | undefined): void {
    this.failure ??= failure
    this.reason ??= reason
  }

  /** Does nothing when called again. */
  ended(): void {
    if (this.durationMs !== undefined) return
    this.durationMs = this.#observation.now() - this.#startMs
    this.#observation.apiCallEnded(this)
    this.#span?.ended(this)
  }
}
