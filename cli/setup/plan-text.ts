import { counted } from '../../src/config/counted.js'
import { printable } from '../printable.js'
import { explainFailure, type PlannedStep, type StepFailure } from './plan.js'

/** The plan as a person reads it. */
export function planText(domain: string, plan: readonly PlannedStep[]): string {
  const lines = [`Plan for ${domain}`, '']
  for (const { step, inspection } of plan) {
    const { changes, notes = [], quiet = false } = inspection
    if (changes.length === 0 && !quiet) lines.push(`  in line   ${printable(step.name)}`)
    for (const { summary, details, kind = 'change', widens = false } of changes) {
      lines.push(`  ${(widens ? 'WIDENS' : kind).padEnd(9)} ${printable(summary)}`)
      lines.push(...details.map((detail) => `              ${printable(detail)}`))
    }
    lines.push(...notes.map((note) => `  note      ${printable(note)}`))
  }
  const count = plan.reduce((sum, { inspection }) => sum + inspection.changes.length, 0)
  const planned = `${counted(count, 'change')}. Nothing is deleted.`
  lines.push('', count === 0 ? 'Everything is in line.' : planned)
  if (plan.some(({ inspection }) => inspection.changes.some(({ widens }) => widens === true))) {
    lines.push('WIDENS: something that exists lets more through afterwards.')
  }
  return `${lines.join('\n')}\n`
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
    'Nothing is undone. Run the same command again: it looks first, and goes on with what is missing.',
    '',
  ].join('\n')
}
