import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  clientCredentialsGrant,
  discovery,
  getDPoPHandle,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
  type CryptoKeyPair,
  type TokenEndpointResponse,
} from 'openid-client'
import { REDIRECT_URI } from './administration.js'
import type { Session } from './session.js'
import { signIn } from './sign-in.js'

export interface TokenRequest {
  readonly issuer: string
  readonly clientId: string
  /** Default: none is asked for. */
  readonly resource?: string | undefined
  readonly scope: string
  /** Binds the access token to this key (RFC 9449). */
  readonly key?: CryptoKeyPair | undefined
}

/** Gets a user's tokens by an authorization code with PKCE, as any client of OpenID Connect would. */
export async function tokensOf(
  session: Session,
  { issuer, clientId, resource, scope, key }: TokenRequest,
): Promise<TokenEndpointResponse> {
  const config = await configurationOf(issuer, clientId)
  const [verifier, state, nonce] = [randomPKCECodeVerifier(), randomState(), randomNonce()]
  const indicator: Record<string, string> = resource === undefined ? {} : { resource }
  const authorizationUrl = buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: `openid ${scope}`,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...indicator,
  })
  const callback = await signIn(authorizationUrl, session)
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }
  return authorizationCodeGrant(config, callback, checks, indicator, {
    ...(key === undefined ? {} : { DPoP: getDPoPHandle(config, key) }),
  })
}

/** Gets a token of the client's own, behind which no user stands. */
export async function machineTokenOf(
  { issuer, clientId, resource = '', scope }: TokenRequest,
  secret: string,
): Promise<string> {
  const config = await configurationOf(issuer, clientId, secret)
  return (await clientCredentialsGrant(config, { scope, resource })).access_token
}

function configurationOf(
  issuer: string,
  clientId: string,
  secret?: string,
): Promise<Configuration> {
  const authentication = secret === undefined ? None() : ClientSecretPost(secret)
  return discovery(new URL(issuer), clientId, undefined, authentication, {
    execute: [allowInsecureRequests],
  })
}
