import { notCheckable, type CheckName, type Finding, type Observation } from './finding.js'
import { PREREQUISITES } from './prerequisites.js'

/** All that was found so far. Names one fault for one cause. */
export interface Diagnosis {
  readonly findings: readonly Finding[]
  /**
   * Adds findings in their order. One that is wrong, and that an earlier fault explains, becomes
   * `not_checkable` and names that fault.
   */
  readonly tell: (...observations: readonly Observation[]) => void
  /**
   * Whether a check can be made: nothing that it needs was found wrong. Where it cannot, adds it as
   * `not_checkable` and names the first fault on the way. `issuer`: the authorization server it is about.
   */
  readonly canMake: (check: CheckName, issuer?: string) => boolean
}

/** Starts with no findings; hands each one to `onFinding` when it is made. */
export function createDiagnosis(onFinding: (finding: Finding) => void): Diagnosis {
  const made: Observation[] = []
  const findings: Finding[] = []
  const add = (observation: Observation): void => {
    made.push(observation)
    const { check, verdict, message, hint, issuer, waitsFor } = observation
    const finding = { check, verdict, message, hint, issuer, waitsFor }
    findings.push(finding)
    onFinding(finding)
  }
  return {
    findings,
    tell(...observations) {
      for (const observation of observations) {
        const root = explanation(observation, made)
        add(root === undefined ? observation : explained(observation, root))
      }
    },
    canMake(check, issuer) {
      const root = firstFault(PREREQUISITES[check] ?? [], issuer, made)
      if (root === undefined) return true
      add({
        ...notCheckable(check, `${root} has to be right first.`),
        waitsFor: root,
        issuer,
      })
      return false
    },
  }
}

/** The fault that stands behind a wrong finding, if an earlier one does. */
function explanation(
  { verdict, issuer, explainedBy = [], networkCause }: Observation,
  made: readonly Observation[],
): CheckName | undefined {
  if (verdict !== 'wrong') return undefined
  const same = made.find(
    (earlier) => earlier.verdict === 'wrong' && earlier.networkCause === networkCause,
  )
  return (
    firstFault(explainedBy, issuer, made) ?? (networkCause === undefined ? undefined : same?.check)
  )
}

function explained({ check, message, issuer }: Observation, root: CheckName): Observation {
  const advice = `${root} explains it: correct that first, then check again.`
  return { ...notCheckable(check, message, advice), waitsFor: root, issuer }
}

/** The first of some checks that is wrong, or waits for one that is. */
function firstFault(
  checks: readonly CheckName[],
  issuer: string | undefined,
  made: readonly Observation[],
): CheckName | undefined {
  const faults = checks.flatMap((check) =>
    made.filter(
      (earlier) => earlier.check === check && concerns(earlier, issuer) && isFaulty(earlier),
    ),
  )
  const [first] = faults
  return first?.waitsFor ?? first?.check
}

function isFaulty({ verdict, waitsFor }: Finding): boolean {
  return verdict === 'wrong' || waitsFor !== undefined
}

function concerns(earlier: Finding, issuer: string | undefined): boolean {
  return earlier.issuer === undefined || issuer === undefined || earlier.issuer === issuer
}
