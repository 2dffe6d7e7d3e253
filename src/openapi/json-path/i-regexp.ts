/**
 * A pattern of `match` and `search` (RFC 9485) as a regular expression; `undefined` for a text that is none.
 *
 * `whole`: the pattern has to fit all of a text. The engine of JavaScript looks back: a pattern may need exponential time, so
 * whoever runs it bounds that time.
 */
export function iRegexp(pattern: string, whole: boolean): RegExp | undefined {
  // Not in RFC 9485: groups with a meaning, references to groups, and the ends of words.
  if (/(?:^|[^\\])(?:\\\\)*(?:\(\?|\\[0-9bBkc])/.test(pattern)) return undefined
  const source = pattern.replace(/\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\./g, (part) =>
    part === '.' ? '[^\\n\\r]' : part,
  )
  try {
    return new RegExp(whole ? `^(?:${source})$` : source, 'u')
  } catch {
    return undefined
  }
}
