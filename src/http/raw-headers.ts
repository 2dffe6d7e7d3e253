/**
 * The values of a header among Node's `rawHeaders`, names and values alternating, in their order. `name` in lower case.
 *
 * Shows doubled headers, which merging hides.
 */
export function rawHeaderValues(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (isNamed(rawHeaders[at], name)) values.push(rawHeaders[at + 1] ?? '')
  }
  return values
}

/** Takes a header out of `rawHeaders`, however often it is there. `name` in lower case. */
export function removeRawHeader(rawHeaders: string[], name: string): void {
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
    if (isNamed(rawHeaders[at], name)) rawHeaders.splice(at, 2)
  }
}

/** What Node's `headersDistinct` is for these headers: all values of each, by the name in lower case. */
export function distinctHeaders(rawHeaders: readonly string[]): Record<string, string[]> {
  const distinct = Object.create(null) as Record<string, string[]>
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    const values = (distinct[name] ??= [])
    values.push(rawHeaders[at + 1] ?? '')
  }
  return distinct
}

/** Most names differ in their length, which costs nothing to see. */
function isNamed(written: string | undefined, name: string): boolean {
  return written?.length === name.length && written.toLowerCase() === name
}
