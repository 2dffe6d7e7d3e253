/**
 * Names the tools that a parsed MCP request body would call, each once, in order.
 *
 * A body is one JSON-RPC message or, up to revision 2025-03-26, a batch of them. The body is what the
 * SDK acts on: it refuses a 2026 request whose `Mcp-Name` header says otherwise, and a 2025 request has no
 * such header that counts. So both eras reach the same decision here. Anything that is no tool
 * call (other methods, a name that is no string, no object at all) names nothing and is left to the SDK.
 */
export function toolCallsIn(body: unknown): readonly string[] {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body]
  const names = messages.map(toolCalledBy).filter((name) => name !== undefined)
  return [...new Set(names)]
}

function toolCalledBy(message: unknown): string | undefined {
  if (!isObject(message) || message['method'] !== 'tools/call') return undefined
  const params = message['params']
  const name = isObject(params) ? params['name'] : undefined
  return typeof name === 'string' ? name : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
