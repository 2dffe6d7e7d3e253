import { BASELINE_FILE, isExcused, readBaseline } from './baseline.js'
import { reasonsIn, verdictOn, type Verdict } from './checks.js'
import { readRequirements } from './requirements.js'
import { runSuite, type SuiteEnd } from './suite.js'

export interface FailedScenario {
  readonly name: string
  readonly reasons: string
}

export interface RevisionRun {
  readonly revision: string
  readonly required: number
  readonly passed: readonly string[]
  readonly failed: readonly FailedScenario[]
  readonly baselined: readonly string[]
  readonly notScored: Readonly<Record<Verdict, readonly string[]>>
  /** What the suite wrote, where it ended with a failure. */
  readonly complaint: readonly string[]
}

/** Runs what one revision of the protocol requires of a server. */
export async function runServerScenarios(
  revision: string,
  url: URL,
  signal: AbortSignal,
): Promise<RevisionRun> {
  const end = await runSuite({
    arguments: [
      ...['server', '--url', url.href, '--requirements', revision],
      ...['--expected-failures', BASELINE_FILE],
    ],
    signal,
  })
  return tally(revision, end)
}

function tally(revision: string, { checks, exitCode, lines }: SuiteEnd): RevisionRun {
  const baseline = readBaseline()
  const { required, notScored } = readRequirements(revision)
  const has = (verdict: Verdict) => (scenario: string) =>
    verdictOn(checks.get(scenario)) === verdict
  const passed = required.filter(has('passed'))
  const others = required.filter((scenario) => !passed.includes(scenario))
  const excused = (scenario: string): boolean => isExcused(scenario, checks.get(scenario), baseline)
  return {
    revision,
    required: required.length,
    passed,
    baselined: others.filter(excused),
    failed: others
      .filter((scenario) => !excused(scenario))
      .map((name) => ({ name, reasons: reasonsIn(checks.get(name)) })),
    notScored: {
      passed: notScored.filter(has('passed')),
      failed: notScored.filter(has('failed')),
      skipped: notScored.filter(has('skipped')),
    },
    complaint: exitCode === 0 ? [] : lines.slice(-60),
  }
}
