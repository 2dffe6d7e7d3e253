import { decodeJwt } from 'jose'
import type { KeycloakStandIn } from '../../apps/identity-providers/keycloak/keycloak-stand-in.js'
import { basic, postForm, type TokenEndpointAnswer } from './stand-in-flow.js'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** As much of a stand-in as an exchange needs. */
interface StandIn {
  readonly clientIds: { readonly mcpServer: string }
  readonly clientSecret: string
  readonly tokens: { readonly user: () => Promise<string> }
}

/** Where a token is exchanged, and for what. */
interface Place {
  readonly endpoint: string
  readonly audience: string
  readonly scope: string
}

/** What is different about an exchange. */
export interface ExchangeChanges {
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string | readonly string[]>>
}

/** The exchange of a user's token at a stand-in, as the MCP server makes it. */
export async function exchangeAt(
  standIn: StandIn,
  { endpoint, audience, scope }: Place,
  { headers = {}, form = {} }: ExchangeChanges,
): Promise<TokenEndpointAnswer> {
  const right = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: await standIn.tokens.user(),
    subject_token_type: ACCESS_TOKEN,
    scope,
    audience,
  }
  return postForm(
    endpoint,
    { ...right, ...form },
    { ...basic(standIn.clientIds.mcpServer, standIn.clientSecret), ...headers },
  )
}

/** The exchange of a user's token at a stand-in of Keycloak, for its API. */
export function exchangeAtKeycloak(
  at: KeycloakStandIn,
  changes: ExchangeChanges = {},
): Promise<TokenEndpointAnswer> {
  const place = { endpoint: at.tokenEndpoint, audience: at.clientIds.api, scope: 'read:trips' }
  return exchangeAt(at, place, changes)
}

/** The claims of the token in an answer, unverified. */
export function claimsIn({ body }: TokenEndpointAnswer): Readonly<Record<string, unknown>> {
  return decodeJwt(String(body['access_token']))
}
