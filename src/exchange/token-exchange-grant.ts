import { withoutUndefined } from '../options/without-undefined.js'
import type { Secret } from '../secret.js'
import { askedScopes } from './asked-scopes.js'
import { requestGrant, type GrantRequest } from './token-grant.js'
import {
  ACCESS_TOKEN_TYPE,
  type ExchangedToken,
  type TokenExchangeRequest,
} from './token-exchanger.js'

export { createAuthenticator, requestOwnToken } from './token-grant.js'

/** Who exchanges, where, and by which kind of exchange. */
export interface TokenExchangeGrant extends GrantRequest {
  readonly subjectTokenType: string
  /** A token of our own, which says who acts. */
  readonly actorToken?: Secret | undefined
}

const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** One token exchange (RFC 8693 §2.1). Rejects as `openid-client` does. */
export function requestToken(
  request: TokenExchangeRequest,
  grant: TokenExchangeGrant,
): Promise<ExchangedToken> {
  return requestGrant({ type: TOKEN_EXCHANGE_GRANT, form: parameters(request, grant) }, grant)
}

function parameters(
  request: TokenExchangeRequest,
  { subjectTokenType, actorToken }: TokenExchangeGrant,
): URLSearchParams {
  const { organization } = request.caller
  const { target } = request
  const scopes = askedScopes(request)
  const form = new URLSearchParams({
    subject_token: request.subjectToken.reveal(),
    subject_token_type: subjectTokenType,
    ...withoutUndefined({
      requested_token_type: REQUESTED_TYPES[target?.requestedTokenType ?? 'access_token'],
      scope: scopes.length === 0 ? undefined : scopes.join(' '),
      // An access token carries its organization itself; a custom profile has to be told.
      organization: subjectTokenType === ACCESS_TOKEN_TYPE ? undefined : organization,
      actor_token: actorToken?.reveal(),
      actor_token_type: actorToken === undefined ? undefined : ACCESS_TOKEN_TYPE,
    }),
  })
  for (const name of TARGET_PARAMETERS[target?.targetParameter ?? 'audience']) {
    for (const value of target?.audiences ?? [request.audience]) form.append(name, value)
  }
  return form
}

const REQUESTED_TYPES = {
  access_token: ACCESS_TOKEN_TYPE,
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
  none: undefined,
} as const

const TARGET_PARAMETERS = {
  audience: ['audience'],
  resource: ['resource'],
  both: ['audience', 'resource'],
  none: [],
} as const
