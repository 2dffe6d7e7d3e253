// Separators, the start of a query, of a fragment and of path parameters; control characters and line separators; half
// a surrogate pair, which has no encoding.
const STRUCTURE = /[/\\?#;\p{Cc}\p{Cs}\u2028\u2029]/u
const DOTS_ALONE = /^[.\s]*$/u
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu
// Windows reads these as the ASCII character ("best fit"); NFKC, which does so for the full-width forms, does not.
const SLASHES = /[\u2044\u2215\u29F8]/g
const BACKSLASHES = /[\u00A5\u20A9\u2216\u29F5\u29F9]/g
const FULL_STOPS = /\u3002/g

// What normalisation puts in order, in more of a row than any writing has (UAX #15 "Stream-Safe Text Format"): the work grows
// with the square of their number. The two halfwidth marks become such characters.
const MARKS = /[\p{M}\uFF9E\uFF9F]{31}/u

const MAX_ROUNDS = 8

/**
 * Whether every server reads `segment` as one plain path segment, however often it decodes or normalises it.
 *
 * False for empty segments, dots and separators, also behind repeated percent-encoding, IIS's `%u002e`, compatibility
 * forms (full-width dots), Windows look-alikes, invisible characters, bytes that are not UTF-8, and more than 30 combining
 * characters in a row.
 */
export function isPlainSegment(segment: string): boolean {
  let form = segment
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (STRUCTURE.test(form)) return false
    const visible = form.replace(INVISIBLE, '')
    if (MARKS.test(visible)) return false
    const normal = normalized(visible)
    if (STRUCTURE.test(normal) || DOTS_ALONE.test(normal)) return false
    const next = decoded(normal)
    if (next === undefined) return false
    if (next === form) return true
    form = next
  }
  return false
}

function normalized(text: string): string {
  return text
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(SLASHES, '/')
    .replace(BACKSLASHES, '\\')
    .replace(FULL_STOPS, '.')
}

/** One round of percent-decoding; `undefined` where the bytes are no UTF-8. */
function decoded(text: string): string | undefined {
  const wide = text.replace(/%u([\da-f]{4})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  try {
    return wide.replace(/(?:%[\da-f]{2})+/gi, (run) => decodeURIComponent(run))
  } catch {
    return undefined
  }
}
