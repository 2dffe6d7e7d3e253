import type { AuthorizationRun } from './authorization-scenarios.js'
import type { Proof } from './proofs.js'
import type { RevisionRun } from './server-scenarios.js'

export interface ConformanceRun {
  readonly suite: string
  readonly revisions: readonly RevisionRun[]
  readonly authorization: AuthorizationRun
  readonly proofs: readonly Proof[]
}

/** The run as text, and how many of its parts passed and failed; baselined scenarios are neither. */
export function report(run: ConformanceRun): { text: string; passed: number; failed: number } {
  const { suite, revisions, authorization, proofs } = run
  const held = proofs.filter(({ holds }) => holds)
  const failed = [
    ...revisions.flatMap(({ revision, failed: names }) =>
      names.map(({ name, reasons }) => `${revision} ${name} (${reasons})`),
    ),
    ...authorization.failed.map(
      ({ name, reasons }) => `authorization server: ${name} (${reasons})`,
    ),
    ...proofs.filter(({ holds }) => !holds).map(({ name }) => name),
    ...complaints(run),
  ]
  const passed = [revisions.map((r) => r.passed), authorization.passed, held].flat(2)
  const text = [
    `Conformance suite ${suite}`,
    '',
    ...table(revisions),
    '',
    ...revisions.flatMap(notScored),
    `authorization server: ${authorization.passed.length} passed, ${authorization.failed.length} failed`,
    ...proofs.map(({ name, holds }) => `${holds ? 'proved' : 'NOT PROVED'}: ${name}`),
    ...failed.map((name) => `FAILED: ${name}`),
  ].join('\n')
  return { text, passed: passed.length, failed: failed.length }
}

/** Where the suite ended with a failure that no scenario explains: a baseline entry that passes, or a crash. */
function complaints({ revisions, authorization }: ConformanceRun): readonly string[] {
  return [...revisions, authorization]
    .filter(({ complaint, failed }) => complaint.length > 0 && failed.length === 0)
    .map(({ complaint }) => `the suite itself:\n  ${complaint.join('\n  ')}`)
}

function table(runs: readonly RevisionRun[]): readonly string[] {
  const row = (...cells: readonly (string | number)[]): string =>
    cells.map((cell) => String(cell).padStart(11)).join('')
  return [
    row('revision', 'required', 'passed', 'failed', 'baselined'),
    ...runs.map((run) =>
      row(run.revision, run.required, run.passed.length, run.failed.length, run.baselined.length),
    ),
  ]
}

function notScored({ revision, notScored: scenarios }: RevisionRun): readonly string[] {
  return Object.entries(scenarios)
    .filter(([, names]) => names.length > 0)
    .map(([verdict, names]) => `${revision} not scored, ${verdict}: ${names.join(', ')}`)
}
