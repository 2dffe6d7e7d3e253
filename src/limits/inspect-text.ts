import type { OnBehalfOfError } from '../failures/errors.js'
import { MAX_DEPTH, MAX_VALUES, tooDeep, tooManyValues } from './inspect-body.js'

/** A shorter text is parsed faster than it can be looked at. */
const SHORT_BYTES = 4_096
const [QUOTE, COMMA, OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  ...[0x22, 0x2c, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d],
]

/**
 * Looks at the text of a JSON body in UTF-8 before it is parsed: gives `invalid_request` for one that cannot be within the
 * bounds of `inspectBody`, since it is nested too deeply or has too many values.
 *
 * Parsing such a text takes many times as long as this look. Whether a text is JSON at all is for the parser to say.
 */
export function inspectText(text: Uint8Array): OnBehalfOfError | undefined {
  if (text.length <= SHORT_BYTES) return undefined
  let depth = 0
  let commas = 0
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at]
    if (inString) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === COMMA) {
      commas += 1
      if (commas > MAX_VALUES) return tooManyValues()
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth += 1
      // The last level of an accepted body may hold empty lists and objects.
      if (depth > MAX_DEPTH + 1) return tooDeep()
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1
  }
  return undefined
}
