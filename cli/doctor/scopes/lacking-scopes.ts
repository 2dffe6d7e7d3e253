import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { assertScopes, grantedScopes } from '../../../src/exchange/exchanged-token-scopes.js'
import type { ExchangedToken, TokenExchangeRequest } from '../../../src/exchange/token-exchanger.js'
import type { Claims } from '../../../src/identity/caller.js'
import { MalformedClaimError } from '../../../src/identity/malformed-claim-error.js'

/**
 * The scopes of a request that its token does not have, by the rules of the server. Empty for a token whose claims cannot be read:
 * the check of the token says so.
 */
export function lackingScopes(
  exchanged: ExchangedToken,
  claims: Claims | undefined,
  request: TokenExchangeRequest,
): readonly string[] {
  if (claims === undefined) return []
  try {
    const granted = grantedScopes(exchanged, claims, request)
    return request.scopes.filter((scope) => !isGranted(scope, granted, request))
  } catch (error) {
    if (!(error instanceof MalformedClaimError)) throw error
    return []
  }
}

function isGranted(
  scope: string,
  granted: readonly string[],
  request: TokenExchangeRequest,
): boolean {
  try {
    assertScopes(granted, { ...request, scopes: [scope] })
    return true
  } catch (error) {
    if (!(error instanceof OnBehalfOfError)) throw error
    return false
  }
}
