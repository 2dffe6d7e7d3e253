import type { Budget } from './budget.js'
import type { JsonNode } from './json-node.js'
import type { FilterQuery, Logical, Segment, SingularSegment } from './syntax.js'

/** One run of an expression. Queries hold filters and filters hold queries: each reaches the other by this. */
export interface Selecting {
  /** What `$` is. */
  readonly root: JsonNode
  readonly budget: Budget
  readonly select: (
    from: JsonNode,
    segments: readonly (Segment | SingularSegment)[],
  ) => Generator<JsonNode>
  readonly holds: (filter: Logical, node: JsonNode) => boolean
}

/** The nodes of a query in a filter: from the node that is filtered, or from the root. */
export function queried(
  { value: query }: FilterQuery,
  node: JsonNode,
  { root, select }: Selecting,
): Generator<JsonNode> {
  return select(query.type === 'RelQuery' ? asCurrent(node) : root, query.segments)
}

/** `@`: paths are asked for of the outermost query alone. */
export function asCurrent({ value }: JsonNode): JsonNode {
  return { value, key: undefined, parent: undefined }
}
