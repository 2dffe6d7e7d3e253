import {
  WebStandardStreamableHTTPServerTransport,
  type McpHandlerRequestOptions,
  type McpRequestContext,
  type McpServerFactory,
} from '@modelcontextprotocol/server'
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

  handle(request: Request, options: McpHandlerRequestOptions): Promise<Response> {
    return this.#transport.handleRequest(request, options)
  }

  /** Ends the stream that only waits for news, if there is one. */
  endIdleStream(): void {
    this.#transport.closeStandaloneSSEStream()
  }

  /** Ends the session with its streams, and cancels what still runs in it. */
  async close(): Promise<void> {
    await this.#transport.close()
    await this.#server?.close()
  }
}
