import { scopesOpenToClient } from '../client-access.js'
import type { ResourceServerEntry } from '../directory.js'
import { findApi } from '../lookup.js'
import { noAccessMessage, unknownApiMessage } from '../resource-servers.js'
import type { ExchangeParts } from './exchange-parts.js'
import { ExchangeRefusal } from './exchange-refusal.js'

type Parts = Pick<ExchangeParts, 'directory' | 'behaviors'>

/**
 * Returns the API that a token is wanted for.
 *
 * Throws `ExchangeRefusal` (400 `invalid_target`) when there is no such API, or 403 `access_denied` by
 *   `unknownAudienceError`.
 */
export function requireApi({ directory, behaviors }: Parts, audience: string): ResourceServerEntry {
  const api = findApi(directory, audience)
  if (api !== undefined) return api
  const { unknownAudienceError: error } = behaviors
  const status = error === 'invalid_target' ? 400 : 403
  throw new ExchangeRefusal(status, error, unknownApiMessage(directory, audience))
}

/**
 * Passes when the API's user policy and the client's grants admit the client.
 *
 * Throws `ExchangeRefusal`: 403 `access_denied`, or `unauthorized_client` by `missingClientGrantError`.
 */
export function requireClientGrant(
  { directory, behaviors }: Parts,
  clientId: string,
  api: ResourceServerEntry,
): void {
  if (scopesOpenToClient(directory, clientId, api) !== undefined) return
  throw new ExchangeRefusal(403, behaviors.missingClientGrantError, noAccessMessage(api.identifier))
}
