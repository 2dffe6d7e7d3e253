import { counted } from '../../src/config/counted.js'
import type { Claims } from '../../src/identity/caller.js'
import { printable } from '../printable.js'
import type { CheckName, Finding, Verdict } from './finding.js'

/** Both tokens of one call, by what they say. */
export interface Hop {
  readonly label: string
  readonly claims: Claims
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  warning: 'WARN',
  wrong: 'WRONG',
  not_checkable: 'not checkable',
}
const WIDTH = 15
const MAX_ENTRIES = 100

/** One finding as a person reads it. */
export function findingText({ check, verdict, message, hint }: Finding): string {
  const first = `${VERDICTS[verdict].padEnd(WIDTH)}${check}: ${message}`
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

/** Who a token is for, of whom, through whom, with what scopes. */
export function hopText({ label, claims }: Hop): string {
  const { aud, sub, scope, permissions } = claims
  const rows: readonly (readonly [string, unknown])[] = [
    ['audience', aud],
    ['subject', sub],
    ['client', claims['client_id'] ?? claims['azp']],
    ['actor', actorChain(claims).join(' <- ') || 'none'],
    ['scopes', scope],
    ...(permissions === undefined ? [] : [['permissions', permissions] as const]),
  ]
  const lines = rows.map(([name, value]) => `  ${name.padEnd(WIDTH - 2)}${printable(value)}`)
  return `\n${label}\n${lines.join('\n')}\n`
}

/** The claims of a hop that are shown to machines; no others. */
export function hopJson({ label, claims }: Hop): Readonly<Record<string, unknown>> {
  const shown = ['iss', 'aud', 'sub', 'client_id', 'azp', 'scope', 'permissions', 'org_id']
  return {
    hop: label,
    ...Object.fromEntries(
      shown.flatMap((name) => (claims[name] === undefined ? [] : [[name, fit(claims[name])]])),
    ),
    actors: actorChain(claims).map(printable),
  }
}

/** A claim for machines, whose output somebody's terminal shows all the same; keeps lists as lists. */
function fit(value: unknown): unknown {
  return Array.isArray(value) ? value.slice(0, MAX_ENTRIES).map(printable) : printable(value)
}

const MAX_ACTORS = 32

/** The subjects of an `act` claim, outermost first (RFC 8693 §4.1), as far as it can be read. */
function actorChain(claims: Claims): readonly string[] {
  const chain: string[] = []
  let level: unknown = claims['act']
  while (typeof level === 'object' && level !== null && chain.length < MAX_ACTORS) {
    const { sub, act } = level as { sub?: unknown; act?: unknown }
    if (typeof sub !== 'string') break
    chain.push(sub)
    level = act
  }
  return chain
}
