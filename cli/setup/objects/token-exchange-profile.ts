import { z } from 'zod'
import { listAll } from '../listing.js'
import type { ManagementApi } from '../management-api.js'

const PROFILE = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  subject_token_type: z.string(),
  action_id: z.string(),
})

/** A token exchange profile as Auth0 knows it: which Action validates which type of subject token. */
export type TokenExchangeProfile = z.infer<typeof PROFILE>

/** All profiles of the tenant: the endpoint has no filter. */
export function listProfiles(api: ManagementApi): Promise<readonly TokenExchangeProfile[]> {
  return listAll(api, {
    path: '/token-exchange-profiles',
    collection: 'token_exchange_profiles',
    entry: PROFILE,
    style: 'checkpoints',
  })
}

export function profilePath(id: string): string {
  return `/token-exchange-profiles/${encodeURIComponent(id)}`
}
