import { OnBehalfOfError } from '../failures/errors.js'

/**
 * Throws `invalid_request` (`id_not_unique`) for a batch in which two tool calls have the same id.
 *
 * MCP wants an id of its own for each request. By their ids an SDK tells apart the answers of a batch, and the audit its calls: with
 * one id for two, what one call does would stand in the record of the other.
 */
export function assertUniqueCallIds(body: unknown): void {
  if (!Array.isArray(body)) return
  const known = new Set<unknown>()
  for (const message of body as readonly unknown[]) {
    const { method, id } = (message ?? {}) as { readonly method?: unknown; readonly id?: unknown }
    if (method !== 'tools/call' || (typeof id !== 'string' && typeof id !== 'number')) continue
    if (known.has(id)) {
      throw new OnBehalfOfError('invalid_request', {
        reason: 'id_not_unique',
        description: 'Each tool call of a batch must have an id of its own.',
      })
    }
    known.add(id)
  }
}
