import { isJsonObject } from '../http/json-object.js'
import { isIdentityScope, scopePrefixOfApi } from '../scopes.js'
import { askedScopes } from './asked-scopes.js'
import { standardTarget } from './exchange-target.js'
import { requestGrant, type GrantRequest } from './token-grant.js'
import type { ExchangedToken, TokenExchangeRequest } from './token-exchanger.js'

export { createAuthenticator } from './token-grant.js'

/** Who exchanges, where, and what our client says that it can do. */
export interface JwtBearerGrant extends GrantRequest {
  readonly clientCapabilities: readonly string[]
}

const JWT_BEARER_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** One exchange on behalf of a user (RFC 7523 §2.1, as Entra ID has it). Rejects as `openid-client` does. */
export function requestTokenOnBehalfOf(
  request: TokenExchangeRequest,
  grant: JwtBearerGrant,
): Promise<ExchangedToken> {
  const form = new URLSearchParams({
    assertion: request.subjectToken.reveal(),
    scope: scopesOf(request).join(' '),
    requested_token_use: 'on_behalf_of',
  })
  const claims = claimsOf(request, grant)
  if (claims !== undefined) form.set('claims', claims)
  return requestGrant({ type: JWT_BEARER_GRANT, form }, grant)
}

/**
 * The scopes name the API, so there is always one, and each has the API's prefix: a bare name would be one of Microsoft Graph.
 * Without any, everything that the client has been consented to at the API is asked for, as other servers grant it where `scope`
 * is absent.
 */
function scopesOf({ audience, scopes, target }: TokenExchangeRequest): readonly string[] {
  const named = { ...(target ?? standardTarget(audience)) }
  const prefixed = { ...named, scopePrefix: named.scopePrefix ?? scopePrefixOfApi(audience) }
  const wanted = scopes.filter((scope) => !isIdentityScope(scope))
  const asked = askedScopes({ audience, scopes: wanted, target: prefixed })
  if (asked.length > 0) return asked
  return askedScopes({ audience, scopes: [], target: { ...prefixed, scopeRequest: 'default' } })
}

/** What the API wants of the new token, and what our client can do: our own word counts where they meet. */
function claimsOf(
  { claims }: TokenExchangeRequest,
  { clientCapabilities }: JwtBearerGrant,
): string | undefined {
  if (clientCapabilities.length === 0) return claims
  const wanted = claims === undefined ? {} : membersOf(JSON.parse(claims))
  const accessToken = {
    ...membersOf(wanted['access_token']),
    xms_cc: { values: clientCapabilities },
  }
  return JSON.stringify({ ...wanted, access_token: accessToken })
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) ? value : {}
}
