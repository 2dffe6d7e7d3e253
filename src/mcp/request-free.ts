import type { McpServerFactory } from '@modelcontextprotocol/server'

const requestFree = new WeakSet<McpServerFactory>()

/**
 * Marks a factory whose servers look at neither the HTTP request nor the client's description of itself, and which list
 * 2026-07-28 among their versions when they are asked to serve it. They need not hear of the end of a request that
 * they have answered.
 */
export function markRequestFree(factory: McpServerFactory): McpServerFactory {
  requestFree.add(factory)
  return factory
}

/** Whether the servers of a factory can be served without a web request. */
export function needsNoRequest(factory: McpServerFactory): boolean {
  return requestFree.has(factory)
}
