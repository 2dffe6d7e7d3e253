import * as openid from 'openid-client'
import type { ClientAuthentication } from '../exchange/client-authentication.js'
import { createAuthenticator } from '../exchange/client-authenticator.js'
import { openidConfiguration } from '../exchange/openid-configuration.js'
import type { Fetch } from '../http/fetch-json.js'
import type { IssuerMetadata } from '../identity/issuer-metadata.js'
import type { SignInState } from './sign-in-state.js'

/** The callback of a sign-in, and whose it is. */
export interface AuthorizationCodeRequest {
  /** The redirect URI with the parameters of the authorization response. */
  readonly callback: URL
  readonly state: Pick<SignInState, 'state' | 'nonce' | 'codeVerifier'>
  readonly metadata: IssuerMetadata
  readonly client: { readonly id: string; readonly authentication: ClientAuthentication }
  readonly fetch: Fetch
}

/**
 * Redeems an authorization code for an ID token (OpenID Connect Core §3.1.3), with PKCE. Checks `state`, and `iss` of the response
 * (RFC 9207) where the server sends it. Rejects as `openid-client` does. The access token is dropped.
 */
export async function redeemCode(request: AuthorizationCodeRequest): Promise<string> {
  const { callback, state, metadata, client, fetch } = request
  assertIssuer(callback, metadata)
  const authenticate = await createAuthenticator(client.authentication)
  const mutualTls = client.authentication.method === 'tls_client_auth'
  const configuration = openidConfiguration(
    metadata,
    { clientId: client.id, authenticate, mutualTls },
    fetch,
  )
  const { id_token: idToken } = await openid.authorizationCodeGrant(configuration, callback, {
    expectedState: state.state,
    expectedNonce: state.nonce,
    pkceCodeVerifier: state.codeVerifier,
    idTokenExpected: true,
  })
  if (idToken === undefined) throw new TypeError('there is no ID token')
  return idToken
}

/** Whatever is there has to be right: `openid-client` takes an empty `iss` for none. */
function assertIssuer({ searchParams }: URL, { issuer }: IssuerMetadata): void {
  if (searchParams.getAll('iss').every((named) => named === issuer)) return
  throw new TypeError('the answer names another issuer')
}
