import type { Blueprint } from '../blueprint.js'
import type { KnownClient } from '../found.js'
import type { PlannedEntry } from '../journal/merge-journal.js'
import type { ManagementApi } from '../management-api.js'
import { connectionPath, enabledClients, requireConnection } from '../objects/connection.js'
import type { Step } from '../step.js'
import { requireKnown } from './require-found.js'

export interface EnabledClientPlan {
  /** As which the plan speaks of the client. */
  readonly clientName: string
  /** `undefined` while the client does not exist yet. */
  readonly client: () => KnownClient | undefined
  /** What the client can do then. */
  readonly effect: string
}

/** Enables the connection for a client: only users of such connections can sign in there, or have tokens exchanged. */
export function enabledClientStep(
  api: ManagementApi,
  { connection: name }: Blueprint,
  { clientName, client, effect }: EnabledClientPlan,
): Step {
  const step = `the connection of ${clientName}`
  return {
    name: step,
    async inspect() {
      const { id } = await requireConnection(api, name)
      const held = await enabledClients(api, id)
      const known = client()
      if (known !== undefined && held.includes(known.clientId)) return { changes: [] }
      return {
        changes: [
          {
            summary: `enable the connection ${name} for ${clientName}`,
            details: [effect],
            widens: true,
            journal: journalOf(known, id, held),
            perform: () =>
              api.patch(`${connectionPath(id)}/clients`, [
                { client_id: requireKnown(client(), step).clientId, status: true },
              ]),
          },
        ],
      }
    },
  }
}

/** A client of setup's own is remembered by its mark, and takes its place in the connection with it. */
function journalOf(
  client: KnownClient | undefined,
  connectionId: string,
  held: readonly string[],
): readonly PlannedEntry[] {
  if (client === undefined || client.isOurs) return []
  return [{ kind: 'added', to: 'clients', ids: [connectionId], values: [client.clientId], held }]
}
