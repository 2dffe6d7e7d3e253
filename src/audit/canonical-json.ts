/** Deeper values are refused before they get here. */
const MAX_DEPTH = 128

/**
 * A JSON value in its canonical form, after RFC 8785: no white space, members sorted by the UTF-16 code units of their names,
 * numbers and strings as ECMAScript writes them. `undefined` for a value nested deeper than 128 levels.
 *
 * Takes what `JSON.parse` made: numbers have its precision. Unlike in RFC 8785, no value is an error: a lone surrogate is escaped, and
 * a number too large for a double is `Infinity` or `-Infinity`.
 */
export function canonicalJson(value: unknown): string | undefined {
  try {
    return written(value, 0)
  } catch (error) {
    if (error instanceof TooDeepError) return undefined
    throw error
  }
}

class TooDeepError extends Error {}

function written(value: unknown, depth: number): string {
  // JSON.stringify makes null of Infinity: other arguments would have the same digest.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (depth >= MAX_DEPTH) throw new TooDeepError()
  if (Array.isArray(value)) return `[${value.map((each) => written(each, depth + 1)).join(',')}]`
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${written(member, depth + 1)}`)
  return `{${members.join(',')}}`
}
