import * as openid from 'openid-client'
import type { Fetch } from '../http/fetch-json.js'
import type { IssuerMetadata } from '../identity/issuer-metadata.js'
import { parseScope } from '../scopes.js'
import { Secret } from '../secret.js'
import type { Clock } from '../time/clock.js'
import { openidConfiguration, type ExchangingClient } from './openid-configuration.js'
import { readPlainAnswer, type PlainAnswer } from './plain-token-answer.js'
import { asResponse, type ResponseCapture, type TokenEndpointAnswer } from './token-response.js'
import type { ExchangedToken } from './token-exchanger.js'

export { createAuthenticator } from './client-authenticator.js'

/** Who asks for a token, and where. */
export interface GrantRequest {
  readonly client: ExchangingClient
  readonly metadata: IssuerMetadata
  readonly ways: Pick<ResponseCapture, 'fetch' | 'post'>
  readonly clock: Clock
}

/** A grant by its `grant_type` (RFC 6749 §4.5), and its other parameters. */
export interface ExtensionGrant {
  readonly type: string
  readonly form: URLSearchParams
}

/**
 * Asks for a token by an extension grant. Rejects as `openid-client` does. Keeps nothing of the answer but the access token.
 *
 * The request of a client with a secret or a key is plain enough to be made here, and so is an answer that is plainly a
 * token to be read. `openid-client` proves who the client is, and judges everything else.
 */
export async function requestGrant(
  grant: ExtensionGrant,
  request: GrantRequest,
): Promise<ExchangedToken> {
  const { client, metadata, ways, clock } = request
  const url = plainEndpoint(request)
  const answer = url === undefined ? undefined : await posted(url, grant, request)
  const plain = answer === undefined ? undefined : readPlainAnswer(answer)
  if (plain !== undefined) return exchangedToken(plain, clock)
  const fetch: Fetch = answer === undefined ? ways.fetch : () => Promise.resolve(asResponse(answer))
  const configuration = openidConfiguration(metadata, client, fetch)
  return exchangedToken(
    await openid.genericGrantRequest(configuration, grant.type, grant.form),
    clock,
  )
}

/** A token of our own client (RFC 6749 §4.4). Rejects as `openid-client` does. */
export async function requestOwnToken({
  client,
  metadata,
  ways,
  clock,
}: GrantRequest): Promise<ExchangedToken> {
  const configuration = openidConfiguration(metadata, client, ways.fetch)
  return exchangedToken(await openid.clientCredentialsGrant(configuration), clock)
}

/** `undefined` where the endpoint has to be chosen among several, or is none. */
function plainEndpoint({ client, metadata }: GrantRequest): URL | undefined {
  const { token_endpoint: endpoint } = metadata
  if (client.mutualTls || typeof endpoint !== 'string' || !URL.canParse(endpoint)) return undefined
  const url = new URL(endpoint)
  // Which plain-http issuers are acceptable has been decided by the configuration.
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

async function posted(
  url: URL,
  { type, form: parameters }: ExtensionGrant,
  { client: { clientId, authenticate }, metadata, ways }: GrantRequest,
): Promise<TokenEndpointAnswer> {
  const form = new URLSearchParams(parameters)
  form.set('grant_type', type)
  const headers = new Headers({
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
  })
  const server = metadata as openid.ServerMetadata
  await authenticate(metadata)(server, { client_id: clientId }, form, headers)
  return ways.post({ url, form, headers })
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
    issuedTokenType: namedType(issuedTokenType),
  }
}

/** One that is no text is not one that is missing: it stays there, as a text that no type has. */
function namedType(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value)
}
