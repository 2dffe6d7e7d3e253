import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  ProtocolErrorCode,
  type AuthInfo,
  type McpRequestContext,
  type McpServerFactory,
} from '@modelcontextprotocol/server'
import type { AnswerForms } from '../http/answer-in-form.js'
import { whenOver } from '../http/when-over.js'
import type { Timers } from '../time/clock.js'
import { AnswerWriter, type AnswerForm } from './answer-writer.js'
import { directMessage, type DirectMessage } from './direct-message.js'
import { DirectTransport } from './direct-transport.js'
import { needsNoRequest } from './request-free.js'

/** What the direct mount is made of. */
export interface DirectMountOptions {
  readonly createServer: McpServerFactory
  readonly timers: Timers
  readonly onerror: (error: Error) => void
  /** The request as the SDK shows it to handlers and to `createServer`. */
  readonly webRequest: (req: IncomingMessage, body: unknown) => Promise<Request>
}

/** One HTTP request, as far as the direct mount has to know it. */
export interface DirectRequest {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly body: unknown
  readonly authInfo: AuthInfo | undefined
  /** The forms in which the client takes an answer. */
  readonly forms: AnswerForms
  /** Called in front of an answer of which nothing has been sent: true where it has sent another one. */
  readonly replace: () => boolean
}

/** Serves single requests without making a web request and a web response of them. */
export class DirectMount {
  readonly #options: DirectMountOptions
  readonly #open = new Set<DirectTransport>()
  readonly #requestFree: boolean

  constructor(options: DirectMountOptions) {
    this.#options = options
    this.#requestFree = needsNoRequest(options.createServer)
  }

  /** Resolves with false, having done nothing, for a request that the SDK has to answer. */
  async serve(request: DirectRequest): Promise<boolean> {
    const direct = directMessage(request.req, request.body)
    if (direct === undefined) return false
    // Only the SDK can tell a server of somebody else which client of 2026-07-28 it serves.
    if (direct.classification !== undefined && !this.#requestFree) return false
    try {
      return await this.#exchange(direct, request)
    } catch (error) {
      this.#options.onerror(error instanceof Error ? error : new Error(String(error)))
      if (!request.res.headersSent) internalError(direct, request.res)
      return true
    }
  }

  /** Ends all requests that are under way. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((transport) => transport.close()))
  }

  async #exchange(direct: DirectMessage, request: DirectRequest): Promise<boolean> {
    const { createServer, timers, webRequest } = this.#options
    const { req, res, body, authInfo, forms, replace } = request
    const shown = this.#requestFree ? undefined : await webRequest(req, body)
    const context: McpRequestContext = {
      era: direct.classification === undefined ? 'legacy' : 'modern',
    }
    if (authInfo !== undefined) context.authInfo = authInfo
    if (shown !== undefined) context.requestInfo = shown
    const server = await createServer(context)
    const transport = new DirectTransport({
      message: direct.message,
      classification: direct.classification,
      timers,
      replace,
      writer: new AnswerWriter(res, formOf(direct, forms)),
      takesEvents: forms.eventStream,
      tellsOfEnd: !this.#requestFree,
    })
    await server.connect(transport)
    this.#open.add(transport)
    whenOver(res, () => void transport.close())
    try {
      return (await transport.serve(authInfo, shown)) !== 'refused'
    } finally {
      this.#open.delete(transport)
    }
  }
}

/** The SDK answers 2025 clients with a stream and later ones with JSON, where they take both. */
function formOf({ classification }: DirectMessage, { json, eventStream }: AnswerForms): AnswerForm {
  if (classification === undefined) return eventStream ? 'event-stream' : 'json'
  return json ? 'json' : 'event-stream'
}

function internalError({ message: { id } }: DirectMessage, res: ServerResponse): void {
  const error = { code: ProtocolErrorCode.InternalError, message: 'Internal server error' }
  new AnswerWriter(res, 'json').end({ jsonrpc: '2.0', error, id }, 500)
}
