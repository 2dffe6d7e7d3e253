import { isIdentityScope, scopePrefix, scopePrefixOfApi } from '../scopes.js'
import type { TokenExchangeRequest } from './token-exchanger.js'

/** The scopes of a request as they go over the wire: with the prefix of the API in front, or everything by `.default`. */
export function askedScopes({
  audience,
  scopes,
  target,
}: Pick<TokenExchangeRequest, 'audience' | 'scopes' | 'target'>): readonly string[] {
  const { scopePrefix: prefix, scopeRequest } = target ?? {}
  if (scopeRequest === 'default')
    return [`${scopePrefix(prefix ?? scopePrefixOfApi(audience))}.default`]
  if (prefix === undefined) return scopes
  const whole = scopePrefix(prefix)
  return scopes.map((scope) =>
    isIdentityScope(scope) || scope.startsWith(whole) ? scope : `${whole}${scope}`,
  )
}
