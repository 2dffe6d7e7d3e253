import type { Directory } from '../../directory.js'
import { findClient } from '../../lookup.js'
import { ExchangeRefusal } from '../exchange-refusal.js'

/**
 * Passes when the authenticated client may use token exchange profiles.
 *
 * It must be first-party, OIDC-conformant, and have `custom_authentication` switched on; it may be public.
 *
 * Throws `ExchangeRefusal` (403 `unauthorized_client`) otherwise.
 */
export function requireCustomExchangeClient(directory: Directory, clientId: string): void {
  const client = findClient(directory, clientId)
  if (client?.is_first_party !== true) {
    throw refusal('only a first-party client may use token exchange profiles')
  }
  if (client.oidc_conformant === false) {
    throw refusal('only an OIDC-conformant client may use token exchange profiles')
  }
  if (!client.token_exchange.allow_any_profile_of_type.includes('custom_authentication')) {
    throw refusal('token_exchange of this client does not allow custom_authentication')
  }
}

function refusal(description: string): ExchangeRefusal {
  return new ExchangeRefusal(403, 'unauthorized_client', description)
}
