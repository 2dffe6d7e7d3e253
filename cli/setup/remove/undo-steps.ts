import type { Added, JournalEntry, Replaced } from '../journal/journal-entry.js'
import type { Step } from '../step.js'
import { undoFields } from './undo-fields.js'
import { undoMembers, type UndoContext } from './undo-members.js'

/** Undoes what the journal has, the last change first; the fields of one object at once. */
export function undoSteps(context: UndoContext): readonly Step[] {
  const entries = context.journal.toReversed()
  return entries.flatMap((entry, index) => {
    if (entry.kind === 'added') return [membersStep(context, entry)]
    const fields = entries.filter(
      (other): other is Replaced => other.kind === 'replaced' && isSameObject(other, entry),
    )
    const isFirst = !entries
      .slice(0, index)
      .some((other) => fields.some((field) => field === other))
    return isFirst ? [fieldsStep(context, fields)] : []
  })
}

function isSameObject(one: Replaced, other: Replaced): boolean {
  return one.object === other.object && one.id === other.id
}

function fieldsStep({ api }: UndoContext, fields: readonly Replaced[]): Step {
  return {
    name: `what was before: ${nameOf(fields[0])}`,
    inspect: () => undoFields(api, fields),
  }
}

function membersStep(context: UndoContext, entry: Added): Step {
  return {
    name: `what was before: ${nameOf(entry)}`,
    inspect: () => undoMembers(context, entry),
  }
}

function nameOf(entry: JournalEntry | undefined): string {
  if (entry === undefined) return ''
  const of = entry.kind === 'replaced' ? [entry.object, entry.id] : [entry.to, ...entry.ids]
  return of.filter((part) => part !== '').join(' ')
}
