import { decodeJwt } from 'jose'
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
  const granted = parseScope(decodeJwt(token)['scope'])
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
