import type { OpenApiOperation } from '../openapi/operation.js'

/** How many operations the holder of some scopes of the API may call. */
export type UnlockedOperations = (scopes: readonly string[]) => number

/** Operations, by their position, that accept some scopes. */
interface Accepting {
  readonly scopes: readonly string[]
  readonly operations: number[]
}

/**
 * Counts, for scopes of the API, the operations with an alternative that they cover.
 *
 * Large documents have thousands of alternatives: each is compared only with those that it can cover, because it has the
 * scope of theirs that is the rarest.
 */
export function unlockedOperations(
  operations: readonly Pick<OpenApiOperation, 'security'>[],
): UnlockedOperations {
  const open = new Set<number>()
  const sets = new Map<string, Accepting>()
  for (const [index, { security }] of operations.entries()) {
    const alternatives = security.alternatives.map(({ api }) => api)
    if (security.public || security.optional || alternatives.some(({ length }) => length === 0)) {
      open.add(index)
      continue
    }
    for (const scopes of alternatives) {
      const key = keyOf(scopes)
      const known = sets.get(key)
      if (known === undefined) sets.set(key, { scopes, operations: [index] })
      else known.operations.push(index)
    }
  }
  const byRarest = groupedByRarest([...sets.values()])
  const counts = new Map<string, number>()
  return (scopes) => {
    const key = keyOf(scopes)
    const count = counts.get(key) ?? open.size + countCovered(scopes, byRarest)
    counts.set(key, count)
    return count
  }
}

function keyOf(scopes: readonly string[]): string {
  return [...scopes].sort().join(' ')
}

function groupedByRarest(sets: readonly Accepting[]): ReadonlyMap<string, readonly Accepting[]> {
  const uses = new Map<string, number>()
  for (const scope of sets.flatMap(({ scopes }) => scopes)) {
    uses.set(scope, (uses.get(scope) ?? 0) + 1)
  }
  const groups = new Map<string, Accepting[]>()
  for (const one of sets) {
    const rarest = one.scopes.reduce((a, b) => ((uses.get(b) ?? 0) < (uses.get(a) ?? 0) ? b : a))
    const group = groups.get(rarest)
    if (group === undefined) groups.set(rarest, [one])
    else group.push(one)
  }
  return groups
}

function countCovered(
  scopes: readonly string[],
  byRarest: ReadonlyMap<string, readonly Accepting[]>,
): number {
  const held = new Set(scopes)
  const covered = new Set<number>()
  for (const scope of held) {
    for (const one of byRarest.get(scope) ?? []) {
      if (!one.scopes.every((wanted) => held.has(wanted))) continue
      for (const operation of one.operations) covered.add(operation)
    }
  }
  return covered.size
}
