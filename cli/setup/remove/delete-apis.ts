import type { ManagementApi } from '../management-api.js'
import { holderOf } from '../objects/client-grant.js'
import { resourceServerPath, type ResourceServer } from '../objects/resource-server.js'
import type { Change, Step } from '../step.js'
import { foreignGrants, ownApis } from './delete-grants.js'
import type { Remains } from './remains.js'

/** Deletes the APIs that setup has created, unless somebody else uses them: Auth0 deletes their grants with them. */
export function apiRemoval(api: ManagementApi, remains: Remains): Step {
  return {
    name: 'APIs',
    async inspect() {
      const changes: Change[] = []
      const left = remains.foreignApis.map(
        ({ identifier }) =>
          `the API ${identifier} stays: its name has no mark of setup, so it was there before, or somebody has renamed it.`,
      )
      for (const found of ownApis(remains)) {
        const users = await otherUsers(api, remains, found)
        if (users.length === 0) changes.push(deletion(api, found))
        else left.push(`the API ${found.identifier} stays: ${users.join('; ')}.`)
      }
      return { changes, left }
    },
  }
}

async function otherUsers(
  api: ManagementApi,
  remains: Remains,
  { identifier }: ResourceServer,
): Promise<readonly string[]> {
  const bound = remains.foreignClients
    .filter((client) => client.resource_server_identifier === identifier)
    .map(({ client_id }) => `the client ${client_id} is bound to it`)
  const grants = await foreignGrants(api, remains, identifier)
  return [
    ...bound,
    ...grants.map((grant) => `${holderOf(grant)} has a grant to it that is no part of this set-up`),
  ]
}

function deletion(api: ManagementApi, { id, identifier }: ResourceServer): Change {
  return {
    kind: 'delete',
    summary: `delete the API ${identifier}`,
    details: ['with its permissions in all roles'],
    perform: () => api.delete(resourceServerPath(id)),
  }
}
