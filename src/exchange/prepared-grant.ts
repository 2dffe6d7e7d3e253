import { asOnBehalfOfError, OnBehalfOfError } from '../failures/errors.js'
import { loadAhead } from '../time/load-ahead.js'
import type { ClientAuthentication } from './client-authentication.js'
import type { Authenticator } from './client-authenticator.js'
import { exchangeOutage } from './exchange-outage.js'
import type { ExchangingClient } from './openid-configuration.js'

interface GrantModule {
  readonly createAuthenticator: (authentication: ClientAuthentication) => Promise<Authenticator>
}

/** A grant that has been loaded, and our client, ready to prove itself. */
export interface PreparedGrant<Module> {
  readonly grant: Module
  readonly client: ExchangingClient
}

/**
 * Creates the function that prepares a grant, once for all exchanges.
 *
 * It rejects with `exchange_misconfigured` (`client_key_unusable`) for a key that cannot be used.
 */
export function preparedGrant<Module extends GrantModule>(
  /** Loads the grant: with `openid-client`, which nobody else needs. */
  load: () => Promise<Module>,
  options: { readonly clientId: string; readonly clientAuthentication: ClientAuthentication },
): () => Promise<PreparedGrant<Module>> {
  const { clientId, clientAuthentication } = options
  const mutualTls = clientAuthentication.method === 'tls_client_auth'
  const loaded = loadAhead(load)
  let authenticator: Promise<Authenticator> | undefined
  return async () => {
    const grant = await loaded().catch(notLoaded)
    authenticator ??= grant.createAuthenticator(clientAuthentication)
    const authenticate = await authenticator.catch(unusableKey)
    return { grant, client: { clientId, authenticate, mutualTls } }
  }
}

function notLoaded(cause: unknown): never {
  throw asOnBehalfOfError(cause)
}

function unusableKey(cause: unknown): never {
  throw new OnBehalfOfError('exchange_misconfigured', { reason: 'client_key_unusable', cause })
}

/** The failure of an exchange whose issuer's metadata cannot be had. */
export function metadataUnavailable(cause: unknown): never {
  throw exchangeOutage('metadata_unavailable', cause)
}
