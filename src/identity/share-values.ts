/** Claims whose values are the same in many tokens: issuer, audience, client, scopes, permissions. */
const MOST_KEPT = 1_000
/** A longer value is hardly that of another token. */
const LONGEST = 1_000

const shared = new Map<string, unknown>()

/**
 * Puts one copy of equal texts and lists in place of those at the top level of parsed claims: tokens of many users have most of
 * them in common, and claims that are kept take half the memory so. The lists are frozen.
 *
 * What is shared is bounded, and begins anew when it is full.
 */
export function shareValues(claims: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(claims)) {
    if (typeof value === 'string') claims[name] = sharedOf(value, value)
    else if (isListOfTexts(value)) {
      claims[name] = sharedOf(JSON.stringify(value), Object.freeze(value))
    }
  }
}

/** The key of a list begins as no text of a claim that is shared does: a text that looks like a list is left alone. */
function sharedOf(key: string, value: unknown): unknown {
  if (key.length > LONGEST || (typeof value === 'string' && key.startsWith('['))) return value
  const known = shared.get(key)
  if (known !== undefined) return known
  if (shared.size >= MOST_KEPT) shared.clear()
  shared.set(key, value)
  return value
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string')
}
