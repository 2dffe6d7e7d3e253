/** One challenge of a `WWW-Authenticate` header. */
export interface ReceivedChallenge {
  /** In lower case. */
  readonly scheme: string
  /** By their names in lower case. Of a name that comes twice, the first. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Beyond this, a header is not read. */
const MAX_LENGTH = 16_384

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const VALUE = /\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^_`|~0-9A-Za-z]+))(?=\s*(?:,|$))/y
const TOKEN68 = /\s+[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$))/y
const BETWEEN = /[\s,]*/y

/**
 * Reads the challenges of a header (RFC 9110 §11.6.1), of which several lines are joined by commas. What stands within quotes
 * is never taken for a parameter.
 *
 * Stops at what is no challenge, with what it has read; reads nothing of a header that is too long.
 */
export function parseChallenges(header: string): readonly ReceivedChallenge[] {
  if (header.length > MAX_LENGTH) return []
  const found: { scheme: string; parameters: Map<string, string> }[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(header)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  for (take(BETWEEN); at < header.length; take(BETWEEN)) {
    const name = take(TOKEN)?.[0].toLowerCase()
    if (name === undefined) break
    const value = take(VALUE)
    if (value === null) {
      found.push({ scheme: name, parameters: new Map() })
      // Credentials without names, such as those of Negotiate.
      take(TOKEN68)
      continue
    }
    const parameters = found.at(-1)?.parameters
    if (parameters === undefined) break
    const text = value[2] ?? value[1]?.replace(/\\(.)/g, '$1') ?? ''
    if (!parameters.has(name)) parameters.set(name, text)
  }
  return found
}
