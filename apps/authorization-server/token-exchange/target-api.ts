import { scopesOpenToClient } from '../client-access.js'
import type { Directory, ResourceServerEntry } from '../directory.js'
import { findApi } from '../lookup.js'
import { noAccessMessage, unknownApiMessage } from '../resource-servers.js'
import { ExchangeRefusal } from './exchange-refusal.js'

/**
 * Returns the API that a token is wanted for.
 *
 * @throws ExchangeRefusal 400 `invalid_target` when there is no such API.
 */
export function requireApi(directory: Directory, audience: string): ResourceServerEntry {
  const api = findApi(directory, audience)
  if (api !== undefined) return api
  throw new ExchangeRefusal(400, 'invalid_target', unknownApiMessage(directory, audience))
}

/**
 * Passes when the API's user policy and the client's grants admit the client.
 *
 * @throws ExchangeRefusal 403 `access_denied`.
 */
export function requireClientGrant(
  directory: Directory,
  clientId: string,
  api: ResourceServerEntry,
): void {
  if (scopesOpenToClient(directory, clientId, api) !== undefined) return
  throw new ExchangeRefusal(403, 'access_denied', noAccessMessage(api.identifier))
}

/**
 * Passes when users need not be asked: in an exchange there is nobody to ask.
 *
 * @throws ExchangeRefusal 403 `consent_required`.
 */
export function requireSkippedConsent(api: ResourceServerEntry): void {
  if (api.skip_consent_for_verifiable_first_party_clients) return
  throw new ExchangeRefusal(
    403,
    'consent_required',
    `Consent required: set skip_consent_for_verifiable_first_party_clients of ${api.identifier}`,
  )
}
