/** Longer names are not compared: the work grows with the product of both lengths. */
const MAX_NAME = 64
const MAX_EDITS = 3

/**
 * Finds the name that was meant by a misspelt one, as far as the spelling tells; else `undefined`. Upper and lower case
 * count as the same.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_NAME) return undefined
  const most = Math.min(MAX_EDITS, Math.floor(name.length / 3))
  const [nearest] = known
    .map((one) => [one, edits(name.toUpperCase(), one.toUpperCase())] as const)
    .filter(([, distance]) => distance <= most)
    .sort(([, a], [, b]) => a - b)
  return nearest?.[0]
}

/** The least number of characters to insert, remove or replace (Levenshtein). */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [line, letter] of Array.from(from).entries()) {
    const next = [line + 1]
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
