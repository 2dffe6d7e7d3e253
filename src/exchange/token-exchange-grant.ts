import * as openid from 'openid-client'
import type { Fetch } from '../http/fetch-json.js'
import type { IssuerMetadata } from '../identity/issuer-metadata.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { parseScope } from '../scopes.js'
import { Secret } from '../secret.js'
import type { Clock } from '../time/clock.js'
import { openidConfiguration, type ExchangingClient } from './openid-configuration.js'
import {
  ACCESS_TOKEN_TYPE,
  type ExchangedToken,
  type TokenExchangeRequest,
} from './token-exchanger.js'

export { createAuthenticator } from './client-authenticator.js'

/** Who exchanges, where, and by which kind of exchange. */
export interface TokenExchangeGrant {
  readonly client: ExchangingClient
  readonly metadata: IssuerMetadata
  readonly subjectTokenType: string
  readonly fetch: Fetch
  readonly clock: Clock
}

const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** One token exchange (RFC 8693 §2.1), by way of `openid-client`; rejects as that does. */
export async function requestToken(
  request: TokenExchangeRequest,
  { client, metadata, subjectTokenType, fetch, clock }: TokenExchangeGrant,
): Promise<ExchangedToken> {
  const answer = await openid.genericGrantRequest(
    openidConfiguration(metadata, client, fetch),
    TOKEN_EXCHANGE_GRANT,
    parameters(request, subjectTokenType),
  )
  return exchangedToken(answer, clock)
}

function parameters(
  request: TokenExchangeRequest,
  subjectTokenType: string,
): Record<string, string> {
  const { organization } = request.caller
  return {
    subject_token: request.subjectToken.reveal(),
    subject_token_type: subjectTokenType,
    requested_token_type: ACCESS_TOKEN_TYPE,
    audience: request.audience,
    ...withoutUndefined({
      scope: request.scopes.length === 0 ? undefined : request.scopes.join(' '),
      // An access token carries its organization itself; a custom profile has to be told.
      organization: subjectTokenType === ACCESS_TOKEN_TYPE ? undefined : organization,
    }),
  }
}

function exchangedToken(
  answer: Awaited<ReturnType<typeof openid.genericGrantRequest>>,
  clock: Clock,
): ExchangedToken {
  const { expires_in: lifetimeSeconds, issued_token_type: issuedTokenType } = answer
  return {
    token: new Secret(answer.access_token),
    tokenType: answer.token_type,
    expiresAtSeconds:
      lifetimeSeconds === undefined ? undefined : Math.floor(clock() / 1_000) + lifetimeSeconds,
    scopes: answer.scope === undefined ? undefined : parseScope(answer.scope),
    issuedTokenType: typeof issuedTokenType === 'string' ? issuedTokenType : undefined,
  }
}
