import { z } from 'zod'
import { METADATA } from '../marks.js'
import { SetupError } from '../setup-error.js'
import type { JournalEntry } from './journal-entry.js'

/** Auth0's limits on `client_metadata`. */
const MOST_KEYS = 10
const LONGEST_VALUE = 255

const FIELD_VALUE = z.union([z.string(), z.boolean(), z.null()])
const REPLACED = z.tuple([
  z.enum(['tenant', 'connection', 'api', 'client']),
  z.string(),
  z.string(),
  FIELD_VALUE,
  FIELD_VALUE,
])
const ADDED = z.tuple([
  z.enum(['scopes', 'grant', 'new-grant', 'exchange', 'clients', 'permissions', 'members']),
  z.array(z.string()),
  z.array(z.string()),
])
const ENTRIES = z.array(z.union([REPLACED, ADDED]))

/**
 * Writes a journal as metadata of a client: JSON, cut into values that Auth0 takes.
 *
 * Throws a `SetupError` where it does not fit in beside `others`, the keys that stay.
 */
export function journalMetadata(
  entries: readonly JournalEntry[],
  others: number,
): Readonly<Record<string, string>> {
  if (entries.length === 0) return {}
  const text = ascii(JSON.stringify(entries.map(toTuple)))
  const count = Math.ceil(text.length / LONGEST_VALUE)
  if (count + others > MOST_KEYS) throw doesNotFit()
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `${METADATA.undo}${index + 1}`,
      text.slice(index * LONGEST_VALUE, (index + 1) * LONGEST_VALUE),
    ]),
  )
}

/** Reads the journal in a client's metadata; throws a `SetupError` for one that somebody has damaged. */
export function readJournal(
  clientId: string,
  metadata: Readonly<Record<string, string>>,
): readonly JournalEntry[] {
  const text = Object.keys(metadata)
    .filter(isJournalKey)
    .sort((one, other) => numberOf(one) - numberOf(other))
    .map((key) => metadata[key])
    .join('')
  if (text === '') return []
  try {
    return ENTRIES.parse(JSON.parse(text)).map(fromTuple)
  } catch (cause) {
    throw new SetupError(
      `The client ${clientId} has client_metadata ${METADATA.undo}… that cannot be read: somebody has changed it.`,
      `setup keeps there what it has changed in the tenant. Restore these keys from the tenant's log, or delete them (Dashboard, Applications, that client, Advanced Settings, Application Metadata): then --remove does not undo those changes.`,
      cause,
    )
  }
}

export function isJournalKey(key: string): boolean {
  return key.startsWith(METADATA.undo)
}

function numberOf(key: string): number {
  return Number(key.slice(METADATA.undo.length))
}

function toTuple(entry: JournalEntry): z.infer<typeof ENTRIES>[number] {
  return entry.kind === 'replaced'
    ? [entry.object, entry.id, entry.field, entry.was, entry.now]
    : [entry.to, [...entry.ids], [...entry.values]]
}

function fromTuple(tuple: z.infer<typeof ENTRIES>[number]): JournalEntry {
  if (tuple.length === 5) {
    const [object, id, field, was, now] = tuple
    return { kind: 'replaced', object, id, field, was, now }
  }
  const [to, ids, values] = tuple
  return { kind: 'added', to, ids, values }
}

/** Without anything that could be counted as more than one character, or trimmed at the end of a value. */
function ascii(json: string): string {
  return json.replaceAll(
    /[^\x21-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function doesNotFit(): SetupError {
  return new SetupError(
    "setup keeps what it changes in the exchanging client's metadata, so that --remove can undo it. These changes are too many for that.",
    'Make some of them yourself first: add the scopes to the existing API, the permissions to the existing role, or assign the roles (Dashboard). Then run the command again. Nothing has been changed.',
  )
}
