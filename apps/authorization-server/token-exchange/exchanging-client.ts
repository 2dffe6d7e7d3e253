import type { Directory } from '../directory.js'
import { findClient } from '../lookup.js'
import { ExchangeRefusal } from './exchange-refusal.js'

/** A client that may exchange tokens, and the API that it is. */
export interface ExchangingClient {
  readonly clientId: string
  /** Identifier of the API whose tokens it receives and trades. */
  readonly ownIdentifier: string
}

/**
 * Returns the authenticated client as one that may exchange tokens on behalf of users.
 *
 * It must be confidential, of `app_type` resource_server, bound to its API, and have
 * `on_behalf_of_token_exchange` switched on. Its secret is checked by the library before.
 *
 * Throws `ExchangeRefusal` (403 `unauthorized_client`) otherwise.
 */
export function requireExchangingClient(directory: Directory, clientId: string): ExchangingClient {
  const client = findClient(directory, clientId)
  if (client?.app_type !== 'resource_server' || client.resource_server_identifier === undefined) {
    throw refusal(
      'only a client of app_type resource_server may exchange tokens on behalf of users',
    )
  }
  if (client.token_endpoint_auth_method === 'none') {
    throw refusal('a client without authentication may not exchange tokens')
  }
  const { allow_any_profile_of_type: profiles } = client.token_exchange
  if (!profiles.includes('on_behalf_of_token_exchange')) {
    throw refusal('token_exchange of this client does not allow on_behalf_of_token_exchange')
  }
  return { clientId, ownIdentifier: client.resource_server_identifier }
}

function refusal(description: string): ExchangeRefusal {
  return new ExchangeRefusal(403, 'unauthorized_client', description)
}
