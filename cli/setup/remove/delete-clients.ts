import { isJournalKey } from '../journal/journal-text.js'
import type { ManagementApi } from '../management-api.js'
import { METADATA } from '../marks.js'
import { clientPath, metadataOf, type Client } from '../objects/client.js'
import type { Change, Step } from '../step.js'
import type { Remains } from './remains.js'

const EXCHANGES = 'with its secret: a server that still uses it gets no tokens any more'
const SIGNS_IN =
  'with its secret: nobody can sign in on the confirmation page of a server that still uses it'

/** Deletes the clients of the set-up; one that was there before forgets it. Behind everything that they remember. */
export function clientRemoval(api: ManagementApi, remains: Remains): Step {
  return {
    name: 'the clients',
    inspect: () =>
      Promise.resolve({
        changes: [
          ...remains.pageClients.map((client) => deletion(api, client, SIGNS_IN)),
          ...remains.usedClients.map((client) => forgetting(api, client)),
          ...remains.ownClients
            .filter((client) => !remains.pageClients.includes(client))
            .map((client) => deletion(api, client, EXCHANGES)),
        ],
        left: remains.foreignClients.map(
          ({ client_id }) =>
            `the client ${client_id} stays: it is bound to the server, but setup has not made it.`,
        ),
      }),
  }
}

function deletion(
  api: ManagementApi,
  { client_id: clientId }: Client,
  consequence: string,
): Change {
  return {
    kind: 'delete',
    summary: `delete the client ${clientId}`,
    details: [consequence],
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
