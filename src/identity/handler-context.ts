import type { AuthInfo } from '@modelcontextprotocol/server'

/** What the SDK hands to a tool's handler; of SDK v2 its `ctx` (`ServerContext`). */
interface SdkV2Context {
  readonly http?: { readonly authInfo?: AuthInfo | undefined } | undefined
  readonly mcpReq: { readonly id?: string | number | undefined; readonly signal: AbortSignal }
}

/** Of SDK v1 its `extra` (`RequestHandlerExtra`). */
interface SdkV1Extra {
  readonly authInfo?: AuthInfo | undefined
  readonly signal: AbortSignal
  readonly requestId: string | number
}

/** What the SDK hands to a tool's handler: the `ctx` of SDK v2, or the `extra` of SDK v1. */
export type HandlerContext = SdkV2Context | SdkV1Extra

/** What is needed of a handler's context. Reads also what JavaScript passes; a context without a signal is none. */
export function contentsOf(context: unknown): {
  readonly authInfo: AuthInfo | undefined
  readonly signal: AbortSignal | undefined
  /** The id that the client gave its JSON-RPC message. */
  readonly messageId: string | number | undefined
} {
  const { http, mcpReq, authInfo, signal, requestId } = (context ?? {}) as Partial<
    SdkV1Extra & SdkV2Context
  >
  return mcpReq === undefined
    ? { authInfo, signal, messageId: requestId }
    : { authInfo: http?.authInfo, signal: mcpReq.signal, messageId: mcpReq.id }
}
