import type { Json } from '../json.js'
import { isObject } from '../json.js'
import { childrenOf, type JsonNode } from './json-node.js'
import type { Selecting } from './selecting.js'
import type { Segment, Selector, SingularSegment, Slice } from './syntax.js'

/**
 * The nodes that the segments of a query select below a node (RFC 9535 §2.5), in the order of the document where it has one.
 *
 * Goes down before it goes on, so it remembers one way and not all. Throws a `JsonPathBudgetError`. Recursion goes as deep as
 * the document and the expression: both are bounded before.
 */
export function* selectNodes(
  from: JsonNode,
  segments: readonly (Segment | SingularSegment)[],
  selecting: Selecting,
): Generator<JsonNode> {
  selecting.budget.step()
  const [segment, ...rest] = segments
  if (segment === undefined) {
    yield from
    return
  }
  for (const selected of selectedBy(segment.node, from, selecting)) {
    yield* selectNodes(selected, rest, selecting)
  }
  if (segment.type !== 'DescendantSegment') return
  for (const below of childrenOf(from)) yield* selectNodes(below, segments, selecting)
}

function* selectedBy(
  node: (Segment | SingularSegment)['node'] | Selector,
  from: JsonNode,
  selecting: Selecting,
): Generator<JsonNode> {
  switch (node.type) {
    case 'BracketedSelection':
      for (const selector of node.selectors) yield* selectedBy(selector, from, selecting)
      return
    case 'WildcardSelector':
      yield* childrenOf(from)
      return
    case 'MemberNameShorthand':
    case 'NameSelector':
      if (isObject(from.value) && Object.hasOwn(from.value, node.value)) {
        yield { value: from.value[node.value] ?? null, key: node.value, parent: from }
      }
      return
    case 'IndexSelector':
      yield* itemsAt(from, (length) => [node.value < 0 ? length + node.value : node.value])
      return
    case 'SliceSelector':
      yield* itemsAt(from, (length) => sliceIndexes(node, length))
      return
    case 'FilterSelector':
      for (const child of childrenOf(from)) {
        selecting.budget.step()
        if (selecting.holds(node.value, child)) yield child
      }
  }
}

function* itemsAt(
  from: JsonNode,
  indexes: (length: number) => Iterable<number>,
): Generator<JsonNode> {
  if (!Array.isArray(from.value)) return
  const items = from.value as readonly Json[]
  for (const index of indexes(items.length)) {
    const value = items[index]
    if (value !== undefined) yield { value, key: index, parent: from }
  }
}

/** RFC 9535 §2.3.4.2.2. */
function* sliceIndexes({ start, end, step: given }: Slice, length: number): Generator<number> {
  const step = given ?? 1
  if (step === 0) return
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1]
  const bound = (index: number): number =>
    Math.min(Math.max(index >= 0 ? index : length + index, lowest), highest)
  const first = start === null ? (step > 0 ? lowest : highest) : bound(start)
  const last = end === null ? (step > 0 ? highest : lowest) : bound(end)
  for (let at = first; step > 0 ? at < last : at > last; at += step) yield at
}
