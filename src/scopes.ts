// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/** Whether `value` is one scope token as RFC 6749 §3.3 defines it. */
export function isScopeToken(value: string): boolean {
  return SCOPE_TOKEN.test(value)
}

/**
 * Splits a space-delimited `scope` value into its distinct tokens, in their order.
 *
 * Anything but a string gives an empty list: a token without the claim grants nothing. Entries that
 * are no scope tokens are dropped.
 */
export function parseScope(value: unknown): readonly string[] {
  if (typeof value !== 'string') return []
  return [...new Set(value.split(' ').filter(isScopeToken))]
}

/** A prefix as it stands in front of a scope: with a slash behind it where it ends in a letter or a digit. */
export function scopePrefix(prefix: string): string {
  return /[A-Za-z0-9]$/.test(prefix) ? `${prefix}/` : prefix
}

/**
 * What stands in front of the scopes of an API that is named by its identifier, where the identifier and a slash do (Entra). One that
 * ends in a slash keeps it: `https://host/` gives `https://host//read`.
 */
export function scopePrefixOfApi(identifier: string): string {
  return identifier.endsWith('/') ? `${identifier}/` : identifier
}

/** Takes the prefix off those scopes that have it; the others stay as they are. */
export function withoutPrefix(
  scopes: readonly string[],
  prefix: string | undefined,
): readonly string[] {
  if (prefix === undefined) return scopes
  const whole = scopePrefix(prefix)
  const bare = scopes.map((scope) =>
    scope.startsWith(whole) && scope.length > whole.length ? scope.slice(whole.length) : scope,
  )
  return [...new Set(bare)]
}

/** Returns the distinct scopes of all lists, in order of first appearance. */
export function unionScopes(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())]
}

/** Returns the entries of `required` that `granted` lacks. */
export function missingScopes(
  required: readonly string[],
  granted: readonly string[],
): readonly string[] {
  const have = new Set(granted)
  return required.filter((scope) => !have.has(scope))
}

/**
 * Leaves out `offline_access`: it is between the client and the authorization server, and a resource server
 * never asks for it (MCP authorization, 2026-07-28).
 */
export function resourceScopes(scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope) => scope !== 'offline_access')
}

const IDENTITY_SCOPES = new Set([
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
])

/** Whether a scope belongs to OpenID Connect sign-in rather than to an API (OpenID Connect Core §5.4, §11). */
export function isIdentityScope(scope: string): boolean {
  return IDENTITY_SCOPES.has(scope)
}
