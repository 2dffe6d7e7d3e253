import { isJsonObject } from '../http/json-object.js'

/**
 * Returns the names of the tools that a parsed MCP request body would call, each once, in order.
 *
 * A body is one JSON-RPC message or, up to revision 2025-03-26, a batch. Anything that is not a tool call is ignored.
 * The SDK acts on the body too: it refuses a request whose `Mcp-Name` header differs.
 */
export function toolCallsIn(body: unknown): readonly string[] {
  return [...countedToolCallsIn(body).keys()]
}

/** As `toolCallsIn`, with the number of calls of each tool. */
export function countedToolCallsIn(body: unknown): ReadonlyMap<string, number> {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body]
  const calls = new Map<string, number>()
  for (const name of messages.map(toolCalledBy)) {
    if (name !== undefined) calls.set(name, (calls.get(name) ?? 0) + 1)
  }
  return calls
}

function toolCalledBy(message: unknown): string | undefined {
  return toolCallOf(message)?.name
}

/** A `tools/call`, as its message has it. */
export interface ToolCallMessage {
  readonly message: Readonly<Record<string, unknown>>
  readonly params: Readonly<Record<string, unknown>>
  /** Of the tool. */
  readonly name: string
}

/** The tool call that a parsed JSON-RPC message is; `undefined` for any other message. */
export function toolCallOf(message: unknown): ToolCallMessage | undefined {
  if (!isJsonObject(message) || message['method'] !== 'tools/call') return undefined
  const { params } = message
  if (!isJsonObject(params)) return undefined
  const { name } = params
  return typeof name === 'string' ? { message, params, name } : undefined
}
