const CONTROL = /[\p{Cc}\u2028\u2029]/gu
// JWTs and JWEs, and any long run of base64url: tokens, codes, secrets, assertions.
const TOKEN_LIKE = /(?:[A-Za-z0-9_-]{24,}|eyJ[A-Za-z0-9_-]*\.)(?:[.=~+/]?[A-Za-z0-9_.=~+/-]*)/g

/**
 * Makes foreign text fit for a log line: bounded, one line, without anything that looks like a token.
 *
 * Gives `undefined` for anything but a string.
 */
export function scrub(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== 'string') return undefined
  const limit = maxLength * 4
  const cut = value.slice(0, limit)
  const whole = value.length > limit ? cut.replace(/[A-Za-z0-9_.=~+/-]+$/, '') : cut
  const bounded = whole.replace(CONTROL, ' ')
  return bounded.replace(TOKEN_LIKE, '[scrubbed]').slice(0, maxLength)
}
