import type { Added, JournalEntry, Replaced } from './journal-entry.js'

/** A change that is about to be made. For a list: `held` is what it has now, where that is known as a whole. */
export type PlannedEntry = Replaced | PlannedAddition
type PlannedAddition = Added & { readonly held?: readonly string[] | undefined }

/**
 * Adds planned changes to what a journal has of earlier runs. There is one entry for each field and each list.
 *
 * A field keeps its first value as the one to go back to, unless somebody has set another one in the meantime. A list
 * keeps what was added before, but for what is known to be gone.
 */
export function mergeJournal(
  existing: readonly JournalEntry[],
  planned: readonly PlannedEntry[],
): readonly JournalEntry[] {
  const merged = new Map(existing.map((entry) => [targetOf(entry), entry]))
  for (const entry of planned) {
    const target = targetOf(entry)
    const earlier = merged.get(target)
    merged.set(target, entry.kind === 'replaced' ? replaced(earlier, entry) : added(earlier, entry))
  }
  return [...merged.values()]
}

function targetOf(entry: JournalEntry): string {
  return JSON.stringify(
    entry.kind === 'replaced'
      ? [entry.object, entry.id, entry.field]
      : // A grant that setup has created stays one that it has created.
        [entry.to === 'new-grant' ? 'grant' : entry.to, ...entry.ids],
  )
}

function replaced(earlier: JournalEntry | undefined, entry: Replaced): Replaced {
  if (earlier?.kind !== 'replaced') return entry
  const untouched = [earlier.was, earlier.now].includes(entry.was)
  return untouched ? { ...entry, was: earlier.was } : entry
}

function added(earlier: JournalEntry | undefined, { held, ...entry }: PlannedAddition): Added {
  if (earlier?.kind !== 'added') return entry
  const kept = earlier.values.filter((value) => held?.includes(value) ?? true)
  const to = entry.to === 'grant' ? earlier.to : entry.to
  return { ...entry, to, values: [...new Set([...kept, ...entry.values])] }
}
