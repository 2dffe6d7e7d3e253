import { counted } from '../../src/config/counted.js'
import { printable } from '../printable.js'
import { explainFailure, type PlannedStep, type StepFailure } from './plan.js'

/** The plan of a set-up as a person reads it. */
export function planText(domain: string, plan: readonly PlannedStep[]): string {
  const lines = [`Plan for ${domain}`, '', ...plan.flatMap(stepLines)]
  const count = countOf(plan)
  const planned = `${counted(count, 'change')}. Nothing is deleted.`
  lines.push('', count === 0 ? 'Everything is in line.' : planned)
  if (plan.some(({ inspection }) => inspection.changes.some(({ widens }) => widens === true))) {
    lines.push('WIDENS: something that exists lets more through afterwards.')
  }
  return `${lines.join('\n')}\n`
}

/** The plan of a removal as a person reads it. */
export function removalText(domain: string, plan: readonly PlannedStep[]): string {
  const left = plan.flatMap(({ inspection }) => inspection.left ?? [])
  const count = countOf(plan)
  return [
    `Plan for ${domain}: undo the set-up`,
    '',
    ...plan.flatMap((planned) =>
      stepLines({ ...planned, inspection: { ...planned.inspection, quiet: true } }),
    ),
    ...left.map((text) => `  left      ${printable(text)}`),
    '',
    count === 0 ? 'Nothing is left to undo.' : `${counted(count, 'change')}.`,
    '',
  ].join('\n')
}

function stepLines({ step, inspection }: PlannedStep): readonly string[] {
  const { changes, notes = [], quiet = false } = inspection
  const lines: string[] = []
  if (changes.length === 0 && !quiet) lines.push(`  in line   ${printable(step.name)}`)
  for (const { summary, details, kind = 'change', widens = false } of changes) {
    lines.push(`  ${(widens ? 'WIDENS' : kind).padEnd(9)} ${printable(summary)}`)
    lines.push(...details.map((detail) => `              ${printable(detail)}`))
  }
  return [...lines, ...notes.map((note) => `  note      ${printable(note)}`)]
}

/** How many changes a plan has. */
export function countOf(plan: readonly PlannedStep[]): number {
  return plan.reduce((sum, { inspection }) => sum + inspection.changes.length, 0)
}

/** A failed step as a person reads it. */
export function failureText({ step, done, left, cause }: StepFailure): string {
  const { what, hint } = explainFailure(cause)
  const list = (items: readonly string[]): string =>
    items.length === 0 ? 'nothing' : items.map(printable).join('; ')
  return [
    `Stopped at: ${printable(step)}`,
    `  what happened  ${printable(what)}`,
    `  what to do     ${hint}`,
    `  changed so far ${list(done)}`,
    `  not come to    ${list(left)}`,
    done.length === 0
      ? 'When that is put right, run the command again: it looks first.'
      : 'What has been changed stays. Run the same command again: it looks first, and goes on with what is missing.',
    '',
  ].join('\n')
}
