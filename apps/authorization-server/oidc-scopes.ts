/** The scopes that mean something to the server itself and belong to no API. */
export const OIDC_SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const

/**
 * A scope that stands for "signed in, but nothing was granted".
 *
 * Auth0 answers a user without any permission with a token that has no scope; the library refuses a
 * request in which no scope was granted. This one keeps such a request alive. It is never published
 * and never leaves in a token or a response.
 */
export const NOTHING_GRANTED = 'nothing_granted'

/** Splits the value of a `scope` parameter (RFC 6749 §3.3); absent, blank or not a text gives none. */
export function splitScope(scope: unknown): string[] {
  return typeof scope === 'string' ? scope.split(' ').filter((value) => value !== '') : []
}

/** Tells whether a scope is one of the server's own. */
export function isOidcScope(scope: string): boolean {
  return (OIDC_SCOPES as readonly string[]).includes(scope)
}
