import { OnBehalfOfError } from '../failures/errors.js'

/**
 * Whether the authorization server may have refused our client's secret, key or certificate.
 *
 * RFC 6749 §5.2 has `invalid_client` for it. Some servers answer 401 with another error: Auth0 with `access_denied`, Keycloak with
 * `unauthorized_client`.
 */
export function refusesOurCredentials(thrown: unknown): boolean {
  if (!(thrown instanceof OnBehalfOfError) || thrown.code !== 'exchange_misconfigured') return false
  const { oauthError, reason, status } = thrown.details
  return oauthError === 'invalid_client' || reason === 'client_key_unusable' || status === 401
}
