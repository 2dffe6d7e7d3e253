import { withoutUndefined } from '../options/without-undefined.js'
import {
  isJSONRPCRequest,
  WebStandardStreamableHTTPServerTransport,
  type McpHandlerRequestOptions,
  type McpRequestContext,
  type McpServerFactory,
  type RequestId,
} from '@modelcontextprotocol/server'
import { LRUCache } from 'lru-cache'
import { entriesAtMost } from '../cache/entries-at-most.js'
import { isEventStream } from '../http/is-event-stream.js'
import { requireAuthContext } from '../identity/auth-context.js'
import { ReplayBuffer } from './replay-buffer.js'
import { UnansweredRequests } from './unanswered-requests.js'

/** What a server factory makes: the SDK's high-level server, or its low-level one. */
export type SdkServer = Awaited<ReturnType<McpServerFactory>>

export interface McpSessionOptions {
  readonly id: string
  /** Default 256 KiB. */
  readonly replayBytes?: number | undefined
  /** Default: the client decides. */
  readonly retryMs?: number | undefined
  readonly onerror: (error: Error) => void
}

/** One session of a 2025 client: the SDK's stateful transport, and a server of its own behind it. */
export class McpSession {
  readonly id: string
  readonly #transport: WebStandardStreamableHTTPServerTransport
  readonly #replay: ReplayBuffer
  readonly #unanswered = new UnansweredRequests()
  #server: SdkServer | undefined
  /** Requests that came alone, so that each has a stream of its own; of those under way, all but the oldest. */
  readonly #alone = new LRUCache<RequestId, true>(entriesAtMost(1_000))

  constructor({ id, replayBytes, retryMs, onerror }: McpSessionOptions) {
    this.id = id
    this.#replay = new ReplayBuffer({ maxBytes: replayBytes })
    this.#transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      eventStore: this.#replay,
      ...withoutUndefined({ retryInterval: retryMs }),
    })
    this.#transport.onerror = onerror
    this.#watchAnswers()
  }

  get server(): SdkServer | undefined {
    return this.#server
  }

  /** Whether the handshake was answered, so that the client knows the id. */
  get established(): boolean {
    return this.#transport.sessionId !== undefined
  }

  /** Builds the server and connects it; `onClose` is told when the client ends the session. */
  async connect(
    createServer: McpServerFactory,
    context: McpRequestContext,
    onClose: () => void,
  ): Promise<void> {
    this.#server = await createServer(context)
    await this.#server.connect(this.#transport)
    const closed = this.#transport.onclose
    this.#transport.onclose = () => {
      closed?.()
      onClose()
    }
  }

  /**
   * Answers a request of the session.
   *
   * `settled` settles once everything that it asked has been answered or cancelled, also where its connection is gone
   * before. Throws where the caller must not resume a stream (`ReplayBuffer.assertReadable`).
   */
  async handle(
    request: Request,
    options: McpHandlerRequestOptions,
  ): Promise<{ readonly response: Response; readonly settled: Promise<unknown> }> {
    const { parsedBody, authInfo } = options
    const { caller } = requireAuthContext(authInfo)
    const lastEventId = request.headers.get('last-event-id')
    if (request.method === 'GET' && lastEventId !== null) {
      this.#replay.assertReadable(lastEventId, caller)
    }
    if (isJSONRPCRequest(parsedBody)) this.#alone.set(parsedBody.id, true)
    const asked = this.#unanswered.ask(requestsIn(parsedBody))
    const response = await this.#replay.during(caller, () =>
      this.#transport.handleRequest(request, options),
    )
    // Refused as a whole: nothing of it will be answered.
    if (!isEventStream(response)) asked.drop()
    for (const id of cancelledIn(parsedBody)) await this.#forget(id)
    return { response, settled: asked.settled }
  }

  /**
   * Frees what the transport keeps of a cancelled request: it does so with the answer alone, and there is none
   * (MCP 2025-11-25, Cancellation). The stream ends first where it carries nothing else, so that nothing is sent on it.
   */
  async #forget(id: RequestId): Promise<void> {
    if (this.#alone.delete(id)) this.#transport.closeSSEStream(id)
    const error = { code: -32_000, message: 'Request cancelled' }
    // Rejects where the answer had gone out already, and nothing is kept any more.
    await this.#transport.send({ jsonrpc: '2.0', id, error }).catch(() => undefined)
  }

  #watchAnswers(): void {
    const send = this.#transport.send.bind(this.#transport)
    this.#transport.send = async (message, options) => {
      if (!('method' in message) && message.id !== undefined) this.#unanswered.answer(message.id)
      return send(message, options)
    }
  }

  /** Ends the session with its streams, and cancels what still runs in it. */
  async close(): Promise<void> {
    this.#unanswered.dropAll()
    await this.#transport.close()
    await this.#server?.close()
  }
}

function requestsIn(body: unknown): readonly RequestId[] {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body]
  return messages.filter((message) => isJSONRPCRequest(message)).map(({ id }) => id)
}

function cancelledIn(body: unknown): readonly RequestId[] {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body]
  return messages.flatMap((message) => {
    const { method, params } = (message ?? {}) as { method?: unknown; params?: unknown }
    if (method !== 'notifications/cancelled') return []
    const { requestId } = (params ?? {}) as { requestId?: unknown }
    return typeof requestId === 'string' || typeof requestId === 'number' ? [requestId] : []
  })
}
