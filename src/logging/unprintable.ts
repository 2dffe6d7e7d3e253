/**
 * Control and format characters, for `replace`: line breaks, commands of a terminal, what it hides, changes of direction. JSON leaves
 * most of them as they are.
 */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
