import type { ToolAnnotations } from '@modelcontextprotocol/server'
import type { CuratedHints } from './options.js'

/**
 * Says what a call does, for clients: by the method (RFC 9110 §9.2), and what was written down in its place. Hints alone:
 * nothing is allowed or refused by them.
 */
export function toolAnnotations(
  method: string,
  ...curated: readonly CuratedHints[]
): ToolAnnotations {
  const written = curated.map((hints) =>
    Object.fromEntries(Object.entries(hints).filter(([, hint]) => typeof hint === 'boolean')),
  )
  return Object.assign(
    {},
    byMethod(method),
    { openWorldHint: false },
    ...written,
  ) as ToolAnnotations
}

function byMethod(method: string): ToolAnnotations {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'OPTIONS':
    case 'QUERY':
      return { readOnlyHint: true, destructiveHint: false, idempotentHint: true }
    case 'PUT':
    case 'DELETE':
      return { readOnlyHint: false, destructiveHint: true, idempotentHint: true }
    default:
      return { readOnlyHint: false, destructiveHint: true, idempotentHint: false }
  }
}
