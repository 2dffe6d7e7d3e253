import { SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server'
import { messageEvent } from '../http/event-stream.js'

/** In a 2025 session a GET; since 2026-07-28 a `subscriptions/listen`. */
export function waitsForNotifications(method: string, body: unknown): boolean {
  return method === 'GET' || (method === 'POST' && isListen(body))
}

/** Whether a body is a `subscriptions/listen`. */
export function isListen(body: unknown): body is { readonly method: string; readonly id: unknown } {
  return (body as { method?: unknown } | undefined)?.method === 'subscriptions/listen'
}

/** What tells a client that its subscription ended in good order (MCP 2026-07-28, Subscriptions, Graceful Closure). */
export function endOfSubscription(body: unknown): string | undefined {
  if (!isListen(body)) return undefined
  const { id } = body
  const result = { resultType: 'complete', _meta: { [SUBSCRIPTION_ID_META_KEY]: id } }
  return messageEvent({ jsonrpc: '2.0', id, result })
}
