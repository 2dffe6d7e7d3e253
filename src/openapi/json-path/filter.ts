import type { Json } from '../json.js'
import { callFunction } from './functions.js'
import type { JsonNode } from './json-node.js'
import { isEqual, isLess } from './compare.js'
import { asCurrent, queried, type Selecting } from './selecting.js'
import type { Comparable, Comparison, Logical, Tested } from './syntax.js'

/** Whether the expression of a filter holds for a node (RFC 9535 §2.3.5). */
export function filterHolds(filter: Logical, node: JsonNode, selecting: Selecting): boolean {
  const holds = (part: Logical): boolean => filterHolds(part, node, selecting)
  switch (filter.type) {
    case 'LogicalOrExpr':
      return holds(filter.left) || holds(filter.right)
    case 'LogicalAndExpr':
      return holds(filter.left) && holds(filter.right)
    case 'LogicalNotExpr':
      return !holds(filter.expression)
    case 'TestExpr':
      return isThere(filter.expression, node, selecting)
    case 'ComparisonExpr':
      return compares(filter, node, selecting)
  }
}

function isThere(tested: Tested, node: JsonNode, selecting: Selecting): boolean {
  if (tested.type === 'FunctionExpr') return callFunction(tested, node, selecting) === true
  return queried(tested, node, selecting).next().done !== true
}

function compares({ left, right, op }: Comparison, node: JsonNode, selecting: Selecting): boolean {
  const [a, b] = [valueOf(left, node, selecting), valueOf(right, node, selecting)]
  const { budget } = selecting
  switch (op) {
    case '==':
      return isEqual(a, b, budget)
    case '!=':
      return !isEqual(a, b, budget)
    case '<':
      return isLess(a, b)
    case '>':
      return isLess(b, a)
    case '<=':
      return isLess(a, b) || isEqual(a, b, budget)
    case '>=':
      return isLess(b, a) || isEqual(a, b, budget)
  }
}

/** `undefined` is Nothing (RFC 9535 §2.4.1). */
function valueOf(side: Comparable, node: JsonNode, selecting: Selecting): Json | undefined {
  switch (side.type) {
    case 'Literal':
      return side.value
    case 'FunctionExpr':
      return callFunction(side, node, selecting)
    case 'RelSingularQuery':
    case 'AbsSingularQuery': {
      const from = side.type === 'RelSingularQuery' ? asCurrent(node) : selecting.root
      const [found] = selecting.select(from, side.segments)
      return found?.value
    }
  }
}
