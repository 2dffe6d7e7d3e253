import { counted } from '../../src/config/counted.js'
import type { CheckName, Finding, Verdict } from './finding.js'

const VERDICTS: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  warning: 'WARN',
  wrong: 'WRONG',
  not_checkable: 'not checkable',
}
const WIDTH = 15

/** One finding as a person reads it. */
export function findingText({ check, verdict, message, hint, api }: Finding): string {
  const first = `${VERDICTS[verdict].padEnd(WIDTH)}${check}${api === undefined ? '' : ` (${api})`}: ${message}`
  const advice = verdict === 'wrong' || verdict === 'warning' ? 'what to do: ' : 'note: '
  return hint === undefined ? `${first}\n` : `${first}\n${' '.repeat(WIDTH)}${advice}${hint}\n`
}

/** The last line of a report: says that nothing is wrong only of what was seen to work. */
export function conclusion(findings: readonly Finding[]): string {
  const open = namesOf(findings, 'not_checkable')
  const issues = findings.filter(({ verdict }) => verdict === 'wrong').length
  const warnings = findings.filter(({ verdict }) => verdict === 'warning').length
  const found =
    issues > 0
      ? `Found ${counted(issues, 'issue')}`
      : open.length > 0
        ? 'Nothing is wrong as far as it was checked'
        : 'Nothing is wrong'
  const noted = warnings === 0 ? '' : `, with ${counted(warnings, 'warning')}`
  return `${found}${noted}.${open.length === 0 ? '' : ` Not checked: ${open.join(', ')}.`}`
}

/** The names of the checks with a verdict, each once. */
export function namesOf(findings: readonly Finding[], wanted: Verdict): readonly CheckName[] {
  const named = findings.filter(({ verdict }) => verdict === wanted)
  return [...new Set(named.map(({ check }) => check))]
}
