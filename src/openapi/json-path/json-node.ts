import type { Json } from '../json.js'

/** A value in a document, and the way to it. */
export interface JsonNode {
  readonly value: Json
  /** A name or an index in `parent`; of the root nothing. */
  readonly key: string | number | undefined
  readonly parent: JsonNode | undefined
}

/** The keys from the root to a node. */
export function pathOf(node: JsonNode): readonly (string | number)[] {
  const keys: (string | number)[] = []
  for (let at: JsonNode | undefined = node; at?.key !== undefined; at = at.parent) keys.push(at.key)
  return keys.reverse()
}

/** What is directly below a node, in the document's order. */
export function* childrenOf(node: JsonNode): Generator<JsonNode> {
  const { value } = node
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    const items = value as readonly Json[]
    for (let index = 0; index < items.length; index += 1) {
      yield { value: items[index] ?? null, key: index, parent: node }
    }
    return
  }
  for (const [key, below] of Object.entries(value)) yield { value: below, key, parent: node }
}
