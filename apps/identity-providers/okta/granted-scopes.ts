import { OAuthRefusal } from '../shared/oauth-refusal.js'
import type { OktaServer } from './org.js'

const OIDC_SCOPES = ['openid', 'profile', 'email', 'offline_access']

/** Returns the scopes that were asked for; throws an `OAuthRefusal` where there are none, or one is not the server's. */
export function grantedScopes(
  server: OktaServer,
  asked: readonly string[],
  { withOidc }: { readonly withOidc: boolean },
): readonly string[] {
  if (!withOidc && asked.some((scope) => OIDC_SCOPES.includes(scope))) {
    throw invalidScope("The 'openid' scope is not allowed for the token exchange grant type.")
  }
  if (asked.length === 0) {
    throw invalidScope(
      'The authorization server resource does not have any configured default scopes.',
    )
  }
  const known = [...server.scopes, ...(withOidc ? OIDC_SCOPES : [])]
  if (asked.some((scope) => !known.includes(scope))) {
    throw invalidScope(
      'One or more scopes are not configured for the authorization server resource.',
    )
  }
  return asked
}

function invalidScope(description: string): OAuthRefusal {
  return new OAuthRefusal({ error: 'invalid_scope', description })
}
