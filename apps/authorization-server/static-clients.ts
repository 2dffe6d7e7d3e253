import type { ClientMetadata } from 'oidc-provider'
import type { ClientEntry, Directory } from './directory.js'
import { TOKEN_EXCHANGE_GRANT } from './token-exchange/grant-type.js'

/** Returns the pre-registered clients in the words of RFC 7591, as the library wants them. */
export function staticClients(directory: Directory): ClientMetadata[] {
  return directory.clients.map(toMetadata)
}

function toMetadata(client: ClientEntry): ClientMetadata {
  const isInteractive = client.grant_types.includes('authorization_code')
  const { allow_any_profile_of_type: profileTypes } = client.token_exchange
  const mayExchange = client.app_type === 'resource_server' || profileTypes.length > 0
  return {
    client_id: client.client_id,
    client_name: client.name,
    ...(client.client_secret !== undefined && { client_secret: client.client_secret }),
    application_type: client.app_type === 'native' ? 'native' : 'web',
    token_endpoint_auth_method: client.token_endpoint_auth_method,
    grant_types: [...client.grant_types, ...(mayExchange ? [TOKEN_EXCHANGE_GRANT] : [])],
    response_types: isInteractive ? ['code'] : [],
    redirect_uris: client.callbacks,
  }
}
