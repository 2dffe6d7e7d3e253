import type { Blueprint } from '../blueprint.js'
import { clientIsOurs, type Found } from '../found.js'
import type { ManagementApi } from '../management-api.js'
import { connectionPath, enabledClients, requireConnection } from '../objects/connection.js'
import type { Step } from '../step.js'
import { requireClient } from './require-found.js'

/** Enables the connection for the exchanging client: Custom Token Exchange finds users of such connections alone. */
export function enabledClientStep(
  api: ManagementApi,
  { connection: name }: Blueprint,
  found: Found,
): Step {
  const step = 'the connection of the exchanging client'
  return {
    name: step,
    async inspect() {
      const { id } = await requireConnection(api, name)
      const held = await enabledClients(api, id)
      const clientId = found.client?.clientId
      if (clientId !== undefined && held.includes(clientId)) return { changes: [] }
      // A client that is created is remembered by its own mark, and takes its place in the connection with it.
      const values = clientId === undefined ? [] : [clientId]
      return {
        changes: [
          {
            summary: `enable the connection ${name} for the exchanging client`,
            details: ['it may get tokens for users of this connection'],
            widens: true,
            journal: clientIsOurs(found)
              ? []
              : [{ kind: 'added', to: 'clients', ids: [id], values, held }],
            perform: () =>
              api.patch(`${connectionPath(id)}/clients`, [
                { client_id: requireClient(found, step).clientId, status: true },
              ]),
          },
        ],
      }
    },
  }
}
