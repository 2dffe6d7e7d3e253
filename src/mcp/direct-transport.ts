import {
  isJSONRPCRequest,
  PerRequestHTTPServerTransport,
  ProtocolErrorCode,
  type AuthInfo,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageClassification,
  type MessageExtraInfo,
  type ScopeChallengeHandler,
  type TransportSendOptions,
} from '@modelcontextprotocol/server'
import { NEEDS_EVENT_STREAM } from '../http/collected-answer.js'
import type { Timers } from '../time/clock.js'
import type { AnswerWriter } from './answer-writer.js'
import type { DirectMessage } from './direct-message.js'

/** What a transport is made of, for one request. */
export interface DirectTransportOptions extends DirectMessage {
  readonly writer: AnswerWriter
  /** Whether the client reads event streams. One that does not gets the answer alone. */
  readonly takesEvents: boolean
  readonly timers: Timers
  /** Called in front of an answer of which nothing has been sent: true where it has sent another one. */
  readonly replace: () => boolean
  /** Whether the server is told of the end also after its answer. One without `onclose` has nothing left to do then. */
  readonly tellsOfEnd: boolean
}

/** How a request ended: with an answer, or unanswered because the protocol classes refuse it, or because the client has gone. */
export type DirectOutcome = 'answered' | 'refused' | 'gone'

type Answer = Extract<JSONRPCMessage, { readonly error: unknown } | { readonly result: unknown }>

/** As often as the SDK's own transports. */
const KEEP_ALIVE_MS = 15_000
const LACKS_CAPABILITY: number = ProtocolErrorCode.MissingRequiredClientCapability
const LEGACY: MessageClassification = { era: 'legacy' }

/**
 * Connects one HTTP request with one SDK server, and writes what the server sends straight to Node's response.
 *
 * Behaves as the SDK's transports do: an answer in one piece, or an event stream once the server sends anything before it;
 * a client that goes away cancels the call. A message that the protocol classes refuse before a handler runs is not
 * answered: `serve` resolves with `refused`, and the SDK's own mount can answer it.
 *
 * It extends the SDK's transport for single requests because a server learns its revision from that class.
 */
export class DirectTransport extends PerRequestHTTPServerTransport {
  readonly #options: DirectTransportOptions
  readonly #outcome: Promise<DirectOutcome>
  #settle: (outcome: DirectOutcome) => void = () => undefined
  #challengeFor: ScopeChallengeHandler | undefined
  #dispatching = false
  #settled = false
  #stopKeepAlive: () => void = () => undefined

  constructor(options: DirectTransportOptions) {
    super({ classification: options.classification ?? LEGACY })
    this.#options = options
    this.#outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  override start(): Promise<void> {
    return Promise.resolve()
  }

  /** Called by a server whose tools have scope challenges of the SDK. */
  setScopeChallengeResolver(resolve: ScopeChallengeHandler): void {
    this.#challengeFor = resolve
  }

  /** Hands the message to the connected server; resolves when it has been answered, or will not be. */
  async serve(authInfo: AuthInfo | undefined, request?: Request): Promise<DirectOutcome> {
    const { message, classification } = this.#options
    if (await this.#challenged(message, authInfo)) this.#end('refused')
    if (this.#settled) return this.#outcome
    const extra: MessageExtraInfo = {}
    if (authInfo !== undefined) extra.authInfo = authInfo
    if (request !== undefined) extra.request = request
    if (classification !== undefined) extra.classification = classification
    this.#dispatching = true
    this.onmessage?.(message, extra)
    this.#dispatching = false
    // The SDK begins a stream for every 2025 client, and keeps it open.
    if (classification === undefined && this.#options.takesEvents) this.#keepAlive()
    return this.#outcome
  }

  override send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (this.#settled) return Promise.resolve()
    const answers = 'result' in message || 'error' in message
    const related = answers ? message.id : options?.relatedRequestId
    if (related !== this.#options.message.id) {
      if (answers) this.onerror?.(new Error('An answer to a request that nobody made'))
    } else if (answers) this.#answer(message)
    else this.#sendBefore(message)
    return Promise.resolve()
  }

  /** Ends the request; called by the server, by a client that goes away, or when the endpoint closes. */
  override close(): Promise<void> {
    this.#end('gone')
    return Promise.resolve()
  }

  #answer(message: Answer): void {
    const { writer, replace, classification } = this.#options
    if (this.#dispatching && 'error' in message) {
      this.#end('refused')
      return
    }
    if (writer.begun || !replace()) writer.end(message, statusOf(message, classification))
    this.#end('answered')
  }

  #sendBefore(message: JSONRPCMessage): void {
    const { writer, takesEvents } = this.#options
    if (takesEvents) {
      writer.event(message)
      this.#keepAlive()
    } else if (isJSONRPCRequest(message)) {
      const { id } = this.#options.message
      writer.end({ jsonrpc: '2.0', id, error: NEEDS_EVENT_STREAM })
      this.#end('answered')
    }
  }

  #end(outcome: DirectOutcome): void {
    if (this.#settled) return
    this.#settled = true
    this.#stopKeepAlive()
    if (outcome === 'gone') this.#options.writer.abandon()
    this.#settle(outcome)
    if (outcome === 'answered' && !this.#options.tellsOfEnd) return
    // Not while the server is still sending.
    queueMicrotask(() => this.onclose?.())
  }

  #keepAlive(): void {
    this.#stopKeepAlive()
    if (this.#settled) return
    const timer = this.#options.timers.after(KEEP_ALIVE_MS, () => {
      this.#options.writer.comment('keepalive')
      this.#keepAlive()
    })
    this.#stopKeepAlive = () => {
      timer.cancel()
    }
  }

  async #challenged(message: JSONRPCRequest, authInfo: AuthInfo | undefined): Promise<boolean> {
    if (this.#challengeFor === undefined) return false
    const context = authInfo === undefined ? { request: message } : { request: message, authInfo }
    return (await this.#challengeFor(context)) !== undefined
  }
}

/** MCP 2026-07-28 gives one error of a handler a status of its own; 2025 clients get 200 with every answer. */
function statusOf(message: Answer, classification: MessageClassification | undefined): number {
  const lacks = 'error' in message && message.error.code === LACKS_CAPABILITY
  return classification !== undefined && lacks ? 400 : 200
}
