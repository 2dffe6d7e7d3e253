import { decodeJwt, type JWTPayload } from 'jose'
import { isIdentityScope, missingScopes, parseScope } from '../../src/scopes.js'

export interface AskedScopes {
  /** Space-separated, as they were asked for. */
  readonly scope: string
  /** The scopes of the API; empty where they are not known. */
  readonly known: readonly string[]
  readonly username: string
  readonly resource: string
}

/** Says which of the asked scopes a token does not have, and why; empty where it has them all. */
export function scopeNotice(
  token: string,
  { scope, known, username, resource }: AskedScopes,
): string {
  const granted = grantedScopes(decodeJwt(token), resource)
  const missing = missingScopes(parseScope(scope), granted).filter((one) => !isIdentityScope(one))
  const unknown = missingScopes(missing, known)
  const refused = missingScopes(missing, unknown)
  return [
    ...(refused.length === 0
      ? []
      : [`Not granted: ${refused.join(' ')}. ${username} has no role with that permission.\n`]),
    ...(unknown.length === 0
      ? []
      : [
          `Not granted: ${unknown.join(' ')}. ${resource} has no such scope. It has: ${known.join(' ') || 'none'}.\n`,
        ]),
  ].join('')
}

/** Entra writes a text into `scp`, Okta a list. Entra takes the resource off the names that were asked for. */
function grantedScopes(claims: JWTPayload, resource: string): readonly string[] {
  const { scope, scp } = claims
  const written = scope ?? (Array.isArray(scp) ? scp.join(' ') : scp)
  const names = parseScope(written)
  return [...names, ...names.map((name) => `${resource}/${name}`)]
}
