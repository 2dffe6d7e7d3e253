import type { CallToolResult } from '@modelcontextprotocol/server'

/** The answer of a tool that failed: a text for the model. */
export function errorResult(text: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text }] }
}
