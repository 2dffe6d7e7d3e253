import {
  isJSONRPCRequest,
  WebStandardStreamableHTTPServerTransport,
  type McpHandlerRequestOptions,
  type McpRequestContext,
  type McpServerFactory,
  type RequestId,
} from '@modelcontextprotocol/server'
import { LRUCache } from 'lru-cache'
import { createReplayBuffer } from './replay-buffer.js'

/** What a server factory makes: the SDK's high-level server, or its low-level one. */
export type SdkServer = Awaited<ReturnType<McpServerFactory>>

export interface McpSessionOptions {
  readonly id: string
  /** Default 256 KiB. */
  readonly replayBytes?: number
  /** Default: the client decides. */
  readonly retryMs?: number
  readonly onerror: (error: Error) => void
}

/** One session of a 2025 client: the SDK's stateful transport, and a server of its own behind it. */
export class McpSession {
  readonly id: string
  readonly #transport: WebStandardStreamableHTTPServerTransport
  #server: SdkServer | undefined
  /** Requests that came alone, so that each has a stream of its own; of those under way, all but the oldest. */
  readonly #alone = new LRUCache<RequestId, true>({ max: 1_000 })

  constructor({ id, replayBytes, retryMs, onerror }: McpSessionOptions) {
    this.id = id
    this.#transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      eventStore: createReplayBuffer(replayBytes === undefined ? {} : { maxBytes: replayBytes }),
      ...(retryMs === undefined ? {} : { retryInterval: retryMs }),
    })
    this.#transport.onerror = onerror
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

  async handle(request: Request, options: McpHandlerRequestOptions): Promise<Response> {
    const { parsedBody } = options
    if (isJSONRPCRequest(parsedBody)) this.#alone.set(parsedBody.id, true)
    const response = await this.#transport.handleRequest(request, options)
    for (const id of cancelledIn(parsedBody)) await this.#forget(id)
    return response
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

  /** Ends the session with its streams, and cancels what still runs in it. */
  async close(): Promise<void> {
    await this.#transport.close()
    await this.#server?.close()
  }
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
