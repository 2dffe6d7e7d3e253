import type { ClientLookup } from './client-lookup.js'
import { OAuthRefusal } from './oauth-refusal.js'
import { Parameters } from './parameters.js'
import { isRegisteredRedirect, type RegisteredClient } from './registered-client.js'

/** An authorization request whose client and redirect URI are known. */
export interface AuthorizationRequest {
  readonly client: RegisteredClient
  readonly redirectUri: string
  readonly state: string | undefined
  readonly scopes: readonly string[]
  readonly resource: string | undefined
  readonly codeChallenge: string
  readonly nonce: string | undefined
  readonly claims: string | undefined
  readonly loginHint: string | undefined
}

/** Where a fault of the rest of the request is sent. */
export type Callback = Pick<AuthorizationRequest, 'client' | 'redirectUri' | 'state'>

/**
 * Finds who asks and where the answer goes. Throws an `OAuthRefusal` that may only be shown to the person, never sent to the
 * redirect URI (RFC 6749 §4.1.2.1).
 */
export async function parseCallback(
  findClient: ClientLookup,
  query: URLSearchParams,
): Promise<Callback> {
  const parameters = new Parameters(query)
  const clientId = parameters.required('client_id')
  const client = await findClient(clientId)
  if (client === undefined) {
    throw new OAuthRefusal({
      error: 'invalid_client',
      description: `client ${clientId} is not known here`,
      reason: 'client_unknown',
    })
  }
  const redirectUri = parameters.required('redirect_uri')
  if (!isRegisteredRedirect(client, redirectUri)) {
    throw new OAuthRefusal({
      error: 'invalid_request',
      description: 'the redirect URI is not registered for this client',
      reason: 'parameter_malformed',
    })
  }
  return { client, redirectUri, state: parameters.optional('state') }
}

/** Reads the rest of an authorization request: code flow with PKCE S256, nothing else. */
export function parseAuthorizationRequest(
  callback: Callback,
  query: URLSearchParams,
): AuthorizationRequest {
  const parameters = new Parameters(query)
  if (parameters.required('response_type') !== 'code') {
    throw new OAuthRefusal({
      error: 'unsupported_response_type',
      description: 'response_type must be code',
    })
  }
  const codeChallenge = parameters.required('code_challenge')
  if (
    parameters.optional('code_challenge_method') !== 'S256' ||
    !/^[\w-]{43}$/.test(codeChallenge)
  ) {
    throw new OAuthRefusal({
      error: 'invalid_request',
      description: 'code_challenge must be of the method S256',
      reason: 'parameter_malformed',
    })
  }
  return {
    ...callback,
    codeChallenge,
    scopes: parameters.scopes,
    resource: parameters.optional('resource'),
    nonce: parameters.optional('nonce'),
    claims: parameters.optional('claims'),
    loginHint: parameters.optional('login_hint'),
  }
}
