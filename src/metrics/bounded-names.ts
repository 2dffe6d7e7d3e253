/** What stands for a name that is not told apart. */
export const OTHER = 'other'

/**
 * Lets the first `most` names through, and `other` in place of all further ones: each value of a label is a series that is kept for
 * as long as the process runs.
 */
export function boundedNames(most: number): (name: string) => string {
  const known = new Set<string>()
  return (name) => {
    if (known.has(name)) return name
    if (known.size >= most) return OTHER
    known.add(name)
    return name
  }
}
