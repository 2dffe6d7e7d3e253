import * as openid from 'openid-client'
import type { Fetch } from '../http/fetch-json.js'
import type { IssuerMetadata } from '../identity/issuer-metadata.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { parseScope } from '../scopes.js'
import { Secret } from '../secret.js'
import type { Clock } from '../time/clock.js'
import { openidConfiguration, type ExchangingClient } from './openid-configuration.js'
import { readPlainAnswer, type PlainAnswer } from './plain-token-answer.js'
import { asResponse, type ResponseCapture, type TokenEndpointAnswer } from './token-response.js'
import { askedScopes } from './asked-scopes.js'
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
  /** A token of our own, which says who acts. */
  readonly actorToken?: Secret | undefined
  readonly ways: Pick<ResponseCapture, 'fetch' | 'post'>
  readonly clock: Clock
}

const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'

/**
 * One token exchange (RFC 8693 §2.1). Rejects as `openid-client` does.
 *
 * The request of a client with a secret or a key is plain enough to be made here, and so is an answer that is plainly a
 * token to be read. `openid-client` proves who the client is, and judges everything else.
 */
export async function requestToken(
  request: TokenExchangeRequest,
  grant: TokenExchangeGrant,
): Promise<ExchangedToken> {
  const { client, metadata, ways, clock } = grant
  const form = parameters(request, grant)
  const url = plainEndpoint(grant)
  const answer = url === undefined ? undefined : await posted(url, form, grant)
  const plain = answer === undefined ? undefined : readPlainAnswer(answer)
  if (plain !== undefined) return exchangedToken(plain, clock)
  const fetch: Fetch = answer === undefined ? ways.fetch : () => Promise.resolve(asResponse(answer))
  const configuration = openidConfiguration(metadata, client, fetch)
  return exchangedToken(
    await openid.genericGrantRequest(configuration, TOKEN_EXCHANGE_GRANT, form),
    clock,
  )
}

/** `undefined` where the endpoint has to be chosen among several, or is none. */
function plainEndpoint({ client, metadata }: TokenExchangeGrant): URL | undefined {
  const { token_endpoint: endpoint } = metadata
  if (client.mutualTls || typeof endpoint !== 'string' || !URL.canParse(endpoint)) return undefined
  const url = new URL(endpoint)
  // Which plain-http issuers are acceptable has been decided by the configuration.
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

async function posted(
  url: URL,
  parameters: URLSearchParams,
  { client: { clientId, authenticate }, metadata, ways }: TokenExchangeGrant,
): Promise<TokenEndpointAnswer> {
  const form = new URLSearchParams(parameters)
  form.set('grant_type', TOKEN_EXCHANGE_GRANT)
  const headers = new Headers({
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
  })
  const server = metadata as openid.ServerMetadata
  await authenticate(metadata)(server, { client_id: clientId }, form, headers)
  return ways.post({ url, form, headers })
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

/** A token of our own client (RFC 6749 §4.4). Rejects as `openid-client` does. */
export async function requestOwnToken({
  client,
  metadata,
  ways,
  clock,
}: Omit<TokenExchangeGrant, 'subjectTokenType'>): Promise<ExchangedToken> {
  const configuration = openidConfiguration(metadata, client, ways.fetch)
  return exchangedToken(await openid.clientCredentialsGrant(configuration), clock)
}

function exchangedToken(
  answer: PlainAnswer | openid.TokenEndpointResponse,
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
