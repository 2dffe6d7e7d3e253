import type { JournalEntry, Replaced } from '../journal/journal-entry.js'
import { isJournalKey, journalMetadata, readJournal } from '../journal/journal-text.js'
import { mergeJournal } from '../journal/merge-journal.js'
import type { ManagementApi } from '../management-api.js'
import { holderOf, listGrants } from '../objects/client-grant.js'
import { clientPath, metadataOf, type Client } from '../objects/client.js'
import type { Step } from '../step.js'
import type { Remains } from './remains.js'

/** What a set-up has changed and another one in the tenant needs: that one remembers it from now on. */
export interface Inheritance {
  /** What nobody else needs, in the order in which it was changed. */
  readonly undone: readonly JournalEntry[]
  readonly steps: readonly Step[]
}

/**
 * Divides the changes of a set-up into those that can be undone and those that the set-up of another MCP server in this
 * tenant needs: settings of the tenant and of the connection that were right already when that one came, and what an API
 * has that its client has a grant to.
 */
export async function findInheritance(
  api: ManagementApi,
  { journal, otherClients }: Remains,
): Promise<Inheritance> {
  const inherited = new Map<Client, JournalEntry[]>()
  const undone: JournalEntry[] = []
  for (const entry of journal) {
    const heir = await findHeir(api, entry, otherClients)
    if (heir === undefined) undone.push(entry)
    else inherited.set(heir, [...(inherited.get(heir) ?? []), entry])
  }
  return {
    undone,
    steps: [...inherited].map(([heir, entries]) => inheritanceStep(api, heir, entries)),
  }
}

async function findHeir(
  api: ManagementApi,
  entry: JournalEntry,
  others: readonly Client[],
): Promise<Client | undefined> {
  if (others.length === 0) return undefined
  if (entry.kind === 'replaced' && (entry.object === 'tenant' || entry.object === 'connection')) {
    return others.find((client) => cameLater(client, entry))
  }
  const audience = apiOf(entry)
  if (audience === undefined) return undefined
  const holders = (await listGrants(api, { audience })).map(holderOf)
  return others.find(({ client_id }) => holders.includes(client_id))
}

/** A set-up that has changed the object itself has needed nothing else of it, unless it has inherited this very change. */
function cameLater(client: Client, { object, id, field }: Replaced): boolean {
  const changes = readJournal(client.client_id, metadataOf(client)).filter(
    (other): other is Replaced =>
      other.kind === 'replaced' && other.object === object && other.id === id,
  )
  return changes.length === 0 || changes.some((other) => other.field === field)
}

/** The API that a change is about. */
function apiOf(entry: JournalEntry): string | undefined {
  if (entry.kind === 'replaced') return entry.object === 'api' ? entry.id : undefined
  if (entry.to === 'scopes') return entry.ids[0]
  return entry.to === 'permissions' ? entry.ids[1] : undefined
}

function inheritanceStep(api: ManagementApi, heir: Client, entries: readonly JournalEntry[]): Step {
  const { client_id: id } = heir
  return {
    name: `what the client ${id} needs`,
    inspect() {
      const metadata = metadataOf(heir)
      const others = Object.keys(metadata).filter((key) => !isJournalKey(key)).length
      const merged = mergeJournal(entries, readJournal(id, metadata))
      const wanted = Object.entries(journalMetadata(merged, others))
      const client_metadata = Object.fromEntries(
        wanted.filter(([key, value]) => metadata[key] !== value),
      )
      const change = {
        kind: 'change',
        summary: `note in the client ${id} what was there before`,
        details: [`client_metadata: ${Object.keys(client_metadata).join(' ')}`],
        perform: () => api.patch(clientPath(id), { client_metadata }),
      } as const
      return Promise.resolve({
        changes: Object.keys(client_metadata).length === 0 ? [] : [change],
        left: entries.map(
          (entry) =>
            `${nameOf(entry)} stays: the set-up with the client ${id} needs it. It is undone when that one is removed.`,
        ),
      })
    },
  }
}

function nameOf(entry: JournalEntry): string {
  if (entry.kind === 'replaced') {
    const of = {
      tenant: 'the tenant',
      connection: 'the connection',
      api: 'the API',
      client: 'the client',
    }
    return `${entry.field} of ${of[entry.object]}${entry.id === '' ? '' : ` ${entry.id}`}`
  }
  return `${entry.values.join(' ')} (${entry.to}, ${entry.ids.join(' ')})`
}
