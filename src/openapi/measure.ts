import type { Json } from './json.js'
import { DOCUMENT_LIMITS } from './limits.js'

export type Measured = { readonly members: number } | { readonly problem: 'depth' | 'values' }

/** Counts the members of all objects, or says which limit is passed. Uses no recursion. */
export function measure(root: Json): Measured {
  const open: { readonly values: readonly Json[]; next: number }[] = [{ values: [root], next: 0 }]
  let members = 0
  let values = 0
  for (let inside = open.at(-1); inside !== undefined; inside = open.at(-1)) {
    const value = inside.values[inside.next]
    if (inside.next >= inside.values.length) open.pop()
    inside.next += 1
    values += 1
    if (typeof value !== 'object' || value === null) continue
    const below = Array.isArray(value) ? (value as readonly Json[]) : Object.values(value)
    if (!Array.isArray(value)) members += below.length
    open.push({ values: below, next: 0 })
    if (open.length > DOCUMENT_LIMITS.depth) return { problem: 'depth' }
    if (values > DOCUMENT_LIMITS.values) return { problem: 'values' }
  }
  return { members }
}
