import { invalidArgument } from './argument-error.js'

/** Encodes a name or a value of a query: everything but unreserved characters (RFC 3986 §2.3) and `!*()`. */
export function encodeQuery(text: string, argument: string): string {
  try {
    // URL parsers encode the apostrophe by themselves.
    return encodeURIComponent(text).replaceAll("'", '%27')
  } catch {
    throw invalidArgument(argument, 'has half a character (a lone surrogate)')
  }
}

/** What has no meaning of its own within a value of a query, and what a URL parser leaves as it is. */
const RESERVED = /%(?:3A|2F|3F|40|21|24|28|29|2A|2C|3B|3D)/g

/**
 * Encodes a value of a parameter with `allowReserved`: reserved characters stay as they are, but for those that would end
 * the value (`&`, `#`), that forms take for a space (`+`), and those in `alsoEncoded`.
 */
export function encodeReserved(text: string, argument: string, alsoEncoded = ''): string {
  return encodeQuery(text, argument).replace(RESERVED, (encoded) => {
    const character = decodeURIComponent(encoded)
    return alsoEncoded.includes(character) ? encoded : character
  })
}
