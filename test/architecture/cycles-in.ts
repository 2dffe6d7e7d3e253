type Graph = ReadonlyMap<string, readonly string[]>

interface Visit {
  readonly index: number
  /** The smallest index that can be reached from here over open nodes. */
  low: number
  open: boolean
}

/**
 * The cycles of a graph: each group of nodes that all reach each other, sorted; a node that leads to itself is one.
 *
 * Tarjan's algorithm. Targets that are no nodes of the graph are passed over.
 */
export function cyclesIn(graph: Graph): readonly (readonly string[])[] {
  const visits = new Map<string, Visit>()
  const stack: string[] = []
  const cycles: string[][] = []

  const visitNode = (node: string): Visit => {
    const visit = { index: visits.size, low: visits.size, open: true }
    visits.set(node, visit)
    stack.push(node)
    for (const target of graph.get(node) ?? []) {
      if (!graph.has(target)) continue
      const seen = visits.get(target)
      if (seen === undefined) visit.low = Math.min(visit.low, visitNode(target).low)
      else if (seen.open) visit.low = Math.min(visit.low, seen.index)
    }
    if (visit.low === visit.index) close(node)
    return visit
  }

  const close = (root: string): void => {
    const group = stack.splice(stack.lastIndexOf(root))
    for (const node of group) {
      const visit = visits.get(node)
      if (visit !== undefined) visit.open = false
    }
    if (group.length > 1 || graph.get(root)?.includes(root) === true) cycles.push(group.sort())
  }

  for (const node of graph.keys()) if (!visits.has(node)) visitNode(node)
  return cycles
}
