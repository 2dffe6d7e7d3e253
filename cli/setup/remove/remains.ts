import type { Blueprint } from '../blueprint.js'
import { isJournalKey, readJournal } from '../journal/journal-text.js'
import type { JournalEntry } from '../journal/journal-entry.js'
import { mergeJournal } from '../journal/merge-journal.js'
import type { ManagementApi } from '../management-api.js'
import {
  isCreatedBySetup,
  isMarked,
  isPageClientOf,
  METADATA,
  namesOf,
  serverTag,
} from '../marks.js'
import { exchangesOf, listClients, metadataOf, type Client } from '../objects/client.js'
import { listResourceServers, type ResourceServer } from '../objects/resource-server.js'

/** What there is of a set-up: the clients that it used, the APIs that it created, what it changed elsewhere. */
export interface Remains {
  /** Created by setup, those of the confirmation page included. */
  readonly ownClients: readonly Client[]
  /** Those of them as which people sign in on the confirmation page. */
  readonly pageClients: readonly Client[]
  /** Somebody else's, with keys of setup in their metadata. */
  readonly usedClients: readonly Client[]
  /** Bound to the server's API, without any mark of setup. */
  readonly foreignClients: readonly Client[]
  /** Of set-ups of other servers in this tenant, but for those of their confirmation pages, which remember nothing. */
  readonly otherClients: readonly Client[]
  readonly serverApi: ResourceServer | undefined
  readonly protectedApis: readonly ResourceServer[]
  /** With an identifier of the set-up, without its mark. */
  readonly foreignApis: readonly ResourceServer[]
  /** In the order in which the changes were made. */
  readonly journal: readonly JournalEntry[]
  readonly hasCustomExchange: boolean
}

/**
 * Looks for what setup has left for an MCP server, by the marks, whatever the profile was.
 *
 * Throws a `SetupError` where the record of what was changed cannot be read.
 */
export async function findRemains(api: ManagementApi, blueprint: Blueprint): Promise<Remains> {
  const { server, api: protectedApi, profile } = blueprint
  const names = namesOf(server.identifier)
  const all = await listClients(api)
  const clients = all.filter((client) => belongs(client, server.identifier))
  const pageClients = clients.filter((client) =>
    isPageClientOf(metadataOf(client), server.identifier),
  )
  const ownClients = clients.filter((client) => isCreatedBySetup(metadataOf(client)))
  const usedClients = clients.filter((client) => !ownClients.includes(client) && isOfSetup(client))
  const apis = await listResourceServers(api)
  const serverApi = apis.find(
    ({ identifier, name }) => identifier === server.identifier && isMarked(name),
  )
  const protectedApis = apis.filter(({ name }) => name === names.protectedApi)
  return {
    ...{ ownClients, pageClients, usedClients, serverApi, protectedApis },
    otherClients: all.filter(
      (client) =>
        !clients.includes(client) &&
        isOfSetup(client) &&
        metadataOf(client)[METADATA.confirmationPage] === undefined,
    ),
    foreignClients: clients.filter(
      (client) => !ownClients.includes(client) && !usedClients.includes(client),
    ),
    foreignApis: apis.filter(
      (found) =>
        [server.identifier, protectedApi.identifier].includes(found.identifier) &&
        found !== serverApi &&
        !protectedApis.includes(found),
    ),
    journal: [...ownClients, ...usedClients]
      .map((client) => readJournal(client.client_id, metadataOf(client)))
      .reduce<readonly JournalEntry[]>((all, entries) => mergeJournal(all, entries), []),
    hasCustomExchange:
      profile.kind === 'custom-token-exchange' ||
      ownClients.some((client) => exchangesOf(client).includes('custom_authentication')) ||
      usedClients.some((client) => metadataOf(client)[METADATA.server] !== undefined),
  }
}

/** Bound to the server's API (On-Behalf-Of), or named after it (Custom Token Exchange, the confirmation page). */
function belongs(client: Client, identifier: string): boolean {
  const metadata = metadataOf(client)
  return (
    client.resource_server_identifier === identifier ||
    metadata[METADATA.server] === serverTag(identifier) ||
    isPageClientOf(metadata, identifier)
  )
}

function isOfSetup(client: Client): boolean {
  const metadata = metadataOf(client)
  return (
    isCreatedBySetup(metadata) ||
    Object.keys(metadata).some((key) => isJournalKey(key) || key === METADATA.server)
  )
}
