import { z } from 'zod'
import { listAll } from '../listing.js'
import type { ManagementApi, Query } from '../management-api.js'

const GRANT = z.looseObject({
  id: z.string(),
  audience: z.string(),
  client_id: z.string().nullish(),
  default_for: z.string().nullish(),
  subject_type: z.string().nullish(),
  scope: z.array(z.string()).nullish(),
  allow_all_scopes: z.boolean().nullish(),
  is_system: z.boolean().nullish(),
})

/** A client grant as Auth0 knows it. */
export type ClientGrant = z.infer<typeof GRANT>

/** In place of a client's id: every client that a third party has registered. */
export const THIRD_PARTIES = 'third_party_clients'

/** The grants that a query finds: by `client_id`, `audience`, `default_for`, `subject_type`. */
export function listGrants(api: ManagementApi, query: Query): Promise<readonly ClientGrant[]> {
  return listAll(api, {
    path: '/client-grants',
    collection: 'client_grants',
    entry: GRANT,
    query,
    style: 'checkpoints',
  })
}

/** A client, or `THIRD_PARTIES`, and the API that it may have tokens for. */
export interface GrantParties {
  readonly holder: string
  readonly audience: string
}

/** The grants of a holder to an API, whoever they are for. `query` says more about them. */
export async function grantsBetween(
  api: ManagementApi,
  { holder, audience }: GrantParties,
  query: Query = {},
): Promise<readonly ClientGrant[]> {
  const found = await listGrants(api, { ...holderQuery(holder), audience, ...query })
  return found.filter((grant) => grant.audience === audience && holderOf(grant) === holder)
}

/** Finds the grant for users (`subject_type: user`) of a client, or of `THIRD_PARTIES`, to an API. */
export async function findUserGrant(
  api: ManagementApi,
  holder: string,
  audience: string,
): Promise<ClientGrant | undefined> {
  const found = await grantsBetween(api, { holder, audience }, { subject_type: 'user' })
  return found.find((grant) => grant.subject_type === 'user')
}

/** The members of a grant that say who holds it. */
export function holderQuery(holder: string): Readonly<Record<string, string>> {
  return holder === THIRD_PARTIES ? { default_for: THIRD_PARTIES } : { client_id: holder }
}

/** The client that holds a grant, or `THIRD_PARTIES`. */
export function holderOf({ client_id, default_for }: ClientGrant): string {
  return client_id ?? default_for ?? ''
}

export function grantPath(id: string): string {
  return `/client-grants/${encodeURIComponent(id)}`
}
