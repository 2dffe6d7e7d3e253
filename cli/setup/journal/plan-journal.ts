import type { Found, KnownClient } from '../found.js'
import type { ManagementApi } from '../management-api.js'
import { METADATA } from '../marks.js'
import { clientPath } from '../objects/client.js'
import type { PlannedStep } from '../plan.js'
import type { Change } from '../step.js'
import type { JournalEntry } from './journal-entry.js'
import { isJournalKey, journalMetadata, readJournal } from './journal-text.js'
import { mergeJournal } from './merge-journal.js'

export interface JournalOptions {
  readonly found: Found
  /** The step of the exchanging client. */
  readonly clientStep: string
  /** The tag by which an existing client is found again; `undefined` where the client is bound to the server's API. */
  readonly tag: string | undefined
}

/**
 * Lets the exchanging client remember what a plan changes in objects that were there before.
 *
 * A client that is created gets it with its creation. For an existing one, a change is put in front of its others.
 * Throws a `SetupError` where the client's metadata has no room for it.
 */
export function planJournal(
  api: ManagementApi,
  plan: readonly PlannedStep[],
  { found, clientStep, tag }: JournalOptions,
): readonly PlannedStep[] {
  const planned = plan.flatMap(({ inspection }) =>
    inspection.changes.flatMap(({ journal = [] }) => journal),
  )
  const { client } = found
  const earlier = client === undefined ? [] : readJournal(client.clientId, client.metadata)
  found.journal = mergeJournal(earlier, planned)
  if (client === undefined) {
    // Throws now rather than when the client is created; two keys are its marks.
    journalMetadata(found.journal, 2)
    return plan
  }
  const patch = metadataPatch(client, tag, planned.length > 0 ? found.journal : undefined)
  if (Object.keys(patch).length === 0) return plan
  const note: Change = {
    summary: `note in the client ${client.clientId} what was there before`,
    details: [`client_metadata: ${Object.keys(patch).join(' ')}, for --remove`],
    perform: () => api.patch(clientPath(client.clientId), { client_metadata: patch }),
  }
  return plan.map((entry) => (entry.step.name === clientStep ? withFirst(entry, note) : entry))
}

/** What to change in the metadata. The journal stays as it is where none is given. */
function metadataPatch(
  { metadata }: KnownClient,
  tag: string | undefined,
  journal: readonly JournalEntry[] | undefined,
): Readonly<Record<string, string | null>> {
  const mark = tag === undefined ? {} : { [METADATA.server]: tag }
  const others = Object.keys({ ...metadata, ...mark }).filter((key) => !isJournalKey(key))
  const keys = journal === undefined ? undefined : journalMetadata(journal, others.length)
  const wanted = Object.entries({ ...mark, ...keys })
  const gone = Object.keys(keys === undefined ? {} : metadata).filter(
    (key) => isJournalKey(key) && keys?.[key] === undefined,
  )
  return Object.fromEntries([
    ...wanted.filter(([key, value]) => metadata[key] !== value),
    ...gone.map((key) => [key, null] as const),
  ])
}

function withFirst(entry: PlannedStep, first: Change): PlannedStep {
  const { inspection } = entry
  return { ...entry, inspection: { ...inspection, changes: [first, ...inspection.changes] } }
}
