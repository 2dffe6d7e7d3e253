import type { ManagementApi } from '../management-api.js'
import {
  grantPath,
  holderOf,
  listGrants,
  THIRD_PARTIES,
  type ClientGrant,
} from '../objects/client-grant.js'
import type { Step } from '../step.js'
import type { Remains } from './remains.js'

/** Deletes the grants of the set-up: those of its own clients, and those of its clients to its own APIs. */
export function grantRemoval(api: ManagementApi, remains: Remains): Step {
  return {
    name: 'grants',
    async inspect() {
      const found = new Map<string, ClientGrant>()
      for (const { client_id } of remains.ownClients) {
        for (const grant of await listGrants(api, { client_id })) found.set(grant.id, grant)
      }
      for (const { identifier } of ownApis(remains)) {
        for (const grant of await listGrants(api, { audience: identifier })) {
          if (isOurs(grant, remains)) found.set(grant.id, grant)
        }
      }
      return {
        changes: [...found.values()].map((grant) => ({
          kind: 'delete',
          summary: `delete the grant of ${holderOf(grant)} to ${grant.audience}`,
          details: [],
          perform: () => api.delete(grantPath(grant.id)),
        })),
      }
    },
  }
}

/** The grants to an API of the set-up that are none of its own: somebody has made them by hand. */
export async function foreignGrants(
  api: ManagementApi,
  remains: Remains,
  audience: string,
): Promise<readonly ClientGrant[]> {
  const grants = await listGrants(api, { audience })
  return grants.filter((grant) => !isOurs(grant, remains))
}

/** The APIs that setup has created. */
export function ownApis({ serverApi, protectedApis }: Remains) {
  return serverApi === undefined ? protectedApis : [...protectedApis, serverApi]
}

/** A grant to an API of the set-up: third parties get in at the server alone. */
function isOurs(grant: ClientGrant, { ownClients, usedClients, serverApi }: Remains): boolean {
  const holder = holderOf(grant)
  if (holder === THIRD_PARTIES) return grant.audience === serverApi?.identifier
  return [...ownClients, ...usedClients].some(({ client_id }) => client_id === holder)
}
