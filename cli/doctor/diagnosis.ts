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
   * `not_checkable` and names the first fault on the way. `issuer`, `api`: what it is about.
   */
  readonly canMake: (check: CheckName, issuer?: string, api?: string) => boolean
}

/** Starts with no findings; hands each one to `onFinding` when it is made. */
export function createDiagnosis(onFinding: (finding: Finding) => void): Diagnosis {
  const made: Observation[] = []
  const findings: Finding[] = []
  const add = (observation: Observation): void => {
    made.push(observation)
    const { check, verdict, message, hint, issuer, api, waitsFor } = observation
    const finding = { check, verdict, message, hint, issuer, api, waitsFor }
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
    canMake(check, issuer, api) {
      const root = firstFault(PREREQUISITES[check] ?? [], { issuer, api }, made)
      if (root === undefined) return true
      add({
        ...notCheckable(check, `${root} has to be right first.`),
        waitsFor: root,
        ...{ issuer, api },
      })
      return false
    },
  }
}

/** The fault that stands behind a wrong finding, if an earlier one does. */
function explanation(
  { verdict, issuer, api, explainedBy = [], networkCause }: Observation,
  made: readonly Observation[],
): CheckName | undefined {
  if (verdict !== 'wrong') return undefined
  const same = made.find(
    (earlier) => earlier.verdict === 'wrong' && earlier.networkCause === networkCause,
  )
  return (
    firstFault(explainedBy, { issuer, api }, made) ??
    (networkCause === undefined ? undefined : same?.check)
  )
}

function explained({ check, message, issuer, api }: Observation, root: CheckName): Observation {
  const advice = `${root} explains it: correct that first, then check again.`
  return { ...notCheckable(check, message, advice), waitsFor: root, issuer, api }
}

/** The first of some checks that is wrong, or waits for one that is. */
function firstFault(
  checks: readonly CheckName[],
  about: Subject,
  made: readonly Observation[],
): CheckName | undefined {
  const faults = checks.flatMap((check) =>
    made.filter(
      (earlier) => earlier.check === check && concerns(earlier, about) && isFaulty(earlier),
    ),
  )
  const [first] = faults
  return first?.waitsFor ?? first?.check
}

function isFaulty({ verdict, waitsFor }: Finding): boolean {
  return verdict === 'wrong' || waitsFor !== undefined
}

type Subject = Pick<Finding, 'issuer' | 'api'>

function concerns(earlier: Finding, about: Subject): boolean {
  return sameOrAny(earlier.issuer, about.issuer) && sameOrAny(earlier.api, about.api)
}

function sameOrAny(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other
}

/** A diagnosis in which everything is about one API; `undefined`: there is no other. */
export function aboutApi(diagnosis: Diagnosis, api: string | undefined): Diagnosis {
  return {
    findings: diagnosis.findings,
    tell: (...observations) => {
      diagnosis.tell(...observations.map((one) => ({ ...one, api })))
    },
    canMake: (check, issuer) => diagnosis.canMake(check, issuer, api),
  }
}
