/** What tells of the messages of a request: its parsed body, or its headers where the body was not read. */
export type ReadMessages =
  | { readonly body: unknown }
  | { readonly headers: Readonly<Record<string, string | readonly string[] | undefined>> }

/** A tool call, as its message has it. */
export interface ReadCall {
  readonly tool: string
  readonly messageId: string | number | undefined
  readonly args: unknown
  /** The `_meta` of its `params`. */
  readonly meta: unknown
}

/** The messages of a request. */
export interface ReadRequest {
  readonly readFrom: 'body' | 'header'
  /** The method of the first message. */
  readonly mcpMethod: string | undefined
  readonly calls: readonly ReadCall[]
}

/** More messages than this are refused. */
const MAX_CALLS = 50

/**
 * Reads the tool calls of a request: of its body, the first 50; else of the headers `Mcp-Method` and `Mcp-Name` (MCP 2026-07-28,
 * Standard Request Headers), which are what the client says and no more.
 */
export function readCalls(messages: ReadMessages): ReadRequest {
  if ('headers' in messages) return fromHeaders(messages.headers)
  const { body } = messages
  const all: readonly unknown[] = Array.isArray(body) ? body : [body]
  const calls = all.slice(0, MAX_CALLS).flatMap(callIn)
  return { readFrom: 'body', mcpMethod: textIn(all[0], 'method'), calls }
}

function fromHeaders(headers: Readonly<Record<string, unknown>>): ReadRequest {
  const { 'mcp-method': method, 'mcp-name': name } = headers
  const calls =
    method === 'tools/call' && typeof name === 'string' && name !== ''
      ? [{ tool: name, messageId: undefined, args: undefined, meta: undefined }]
      : []
  return { readFrom: 'header', mcpMethod: typeof method === 'string' ? method : undefined, calls }
}

function callIn(message: unknown): readonly ReadCall[] {
  if (textIn(message, 'method') !== 'tools/call') return []
  const { id, params } = message as { readonly id?: unknown; readonly params?: unknown }
  const tool = textIn(params, 'name')
  if (tool === undefined) return []
  const { arguments: args, _meta: meta } = params as {
    readonly arguments?: unknown
    readonly _meta?: unknown
  }
  return [{ tool, messageId: messageIdOf(id), args, meta }]
}

/** `1e400` is read as Infinity, which is no number in JSON. */
function messageIdOf(id: unknown): string | number | undefined {
  if (typeof id === 'string') return id
  return typeof id === 'number' && Number.isFinite(id) ? id : undefined
}

function textIn(value: unknown, member: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const text = (value as Readonly<Record<string, unknown>>)[member]
  return typeof text === 'string' ? text : undefined
}
