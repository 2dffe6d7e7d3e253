import { UNPRINTABLE } from './unprintable.js'

// A letter, a digit, "-" or "_", as it is or percent-encoded, once or more often.
const CHARACTER = String.raw`(?:[\w-]|%(?:25)*(?:2d|3\d|4[1-9a-f]|5[\daf]|6[1-9a-f]|7[\da]))`
// JWTs and JWEs, and any long run of base64url: tokens, codes, secrets, assertions.
const TOKEN_LIKE = new RegExp(
  String.raw`(?:${CHARACTER}{24,}|eyJ[\w-]*\.)(?:[\w.=~+/-]|%(?:25)*[\da-f]{2})*`,
  'gi',
)

/**
 * Makes foreign text fit for a log line: bounded, one line, without anything that looks like a token.
 *
 * Gives `undefined` for anything but a string.
 */
export function scrub(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== 'string') return undefined
  const limit = maxLength * 4
  const cut = value.slice(0, limit)
  const whole = value.length > limit ? cut.replace(/[\w.=~+/%-]+$/, '') : cut
  const bounded = whole.replace(UNPRINTABLE, ' ')
  // Half of a character, such as a cut leaves: databases refuse it, and with it the whole line.
  return bounded.replace(TOKEN_LIKE, '[scrubbed]').slice(0, maxLength).toWellFormed()
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether all of a text is a UUID. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}

/** `scrub` for an identifier: a UUID is long enough to look like a token, is none, and stays as it is. */
export function scrubIdentifier(value: unknown, maxLength: number): string | undefined {
  return typeof value === 'string' && UUID.test(value) ? value : scrub(value, maxLength)
}

/**
 * Makes a foreign URL fit for a log line, as `scrub` does, but without user name, password, query and fragment, and with
 * path segments that are UUIDs: authorization servers name their tenants so.
 */
export function scrubUrl(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== 'string') return undefined
  const cut = value.slice(0, maxLength)
  // Not the beginning of a secret that lies across the bound.
  const whole = value.length > maxLength ? cut.replace(/[^/]*$/, '') : cut
  const address = whole.replace(/[?#].*$/s, '').replace(/^([^/]*\/\/)[^/]*@/, '$1')
  const segments = address.split('/')
  return segments.map((part) => (UUID.test(part) ? part : (scrub(part, maxLength) ?? ''))).join('/')
}
