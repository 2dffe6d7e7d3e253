import { isJournalKey } from '../journal/journal-text.js'
import type { ManagementApi } from '../management-api.js'
import { METADATA } from '../marks.js'
import { clientPath, metadataOf, type Client } from '../objects/client.js'
import type { Change, Step } from '../step.js'
import type { Remains } from './remains.js'

/** Deletes the clients of the set-up; one that was there before forgets it. Behind everything that they remember. */
export function clientRemoval(api: ManagementApi, remains: Remains): Step {
  return {
    name: 'the exchanging client',
    inspect: () =>
      Promise.resolve({
        changes: [
          ...remains.usedClients.map((client) => forgetting(api, client)),
          ...remains.ownClients.map((client) => deletion(api, client)),
        ],
        left: remains.foreignClients.map(
          ({ client_id }) =>
            `the client ${client_id} stays: it is bound to the server, but setup has not made it.`,
        ),
      }),
  }
}

function deletion(api: ManagementApi, { client_id: clientId }: Client): Change {
  return {
    kind: 'delete',
    summary: `delete the client ${clientId}`,
    details: ['with its secret: a server that still uses it gets no tokens any more'],
    perform: () => api.delete(clientPath(clientId)),
  }
}

function forgetting(api: ManagementApi, client: Client): Change {
  const keys = Object.keys(metadataOf(client)).filter(
    (key) => isJournalKey(key) || key === METADATA.server,
  )
  const client_metadata = Object.fromEntries(keys.map((key) => [key, null]))
  return {
    kind: 'undo',
    summary: `change the client ${client.client_id} back`,
    details: [`client_metadata: without ${keys.join(' ')}`],
    perform: () => api.patch(clientPath(client.client_id), { client_metadata }),
  }
}
