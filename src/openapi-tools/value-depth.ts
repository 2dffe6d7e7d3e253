/** Of objects and lists within each other, in the arguments of one call. */
const MAX_DEPTH = 64

/** Whether a value is nested so deeply that recursion over it may exhaust the stack. Uses none. */
export function isTooDeep(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : [],
    )
  }
  return false
}
