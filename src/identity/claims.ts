/** The claims of a token, as they were decoded: nothing about their types is promised. */
export type Claims = Readonly<Record<string, unknown>>

/** A text that says something: a string that is not blank. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

/**
 * The value of a claim; `undefined` where the token does not have it.
 *
 * `null` counts as absent: many servers write it for what a token does not say.
 */
export function claimOf(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? (claims[name] ?? undefined) : undefined
}
