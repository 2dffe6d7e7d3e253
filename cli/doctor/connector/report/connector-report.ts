import type { Finding } from '../../finding.js'
import type { ClientReport, ClientVerdict } from '../journey/connect.js'
import type { Problem } from '../problem.js'
import type { ClientName } from '../profiles/client-profile.js'
import type { LeftClient } from '../walk/registrar.js'
import type { Visit } from '../walk/visit.js'

/** A problem, and what it does to which clients. */
export interface ProblemReport extends Problem {
  /** `fails`: some client gets no further. `note`: clients go round it, or it meets clients that have no profile. */
  readonly severity: 'fails' | 'note'
  readonly fails: readonly ClientName[]
  readonly notes: readonly ClientName[]
}

/** All that a run found. */
export interface ConnectorReport {
  readonly endpoint: URL
  readonly clients: readonly ClientReport[]
  readonly problems: readonly ProblemReport[]
  /** The limits of this answer, in whole sentences. */
  readonly notTried: readonly string[]
  readonly left: readonly LeftClient[]
  /** What the sign-in and the calls behind it came to. */
  readonly signedIn: readonly Finding[]
  readonly visits: readonly Visit[]
}

/** Puts together what clients met: a problem that several meet stands once, those that stop somebody first. */
export function problemReports(
  clients: readonly ClientReport[],
  others: readonly Problem[],
): readonly ProblemReport[] {
  const met = clients.flatMap(({ stopped, noted }) => [
    ...(stopped === undefined ? [] : [stopped]),
    ...noted,
  ])
  const byId = new Map([...met, ...others].reverse().map((problem) => [problem.id, problem]))
  const reports = [...byId.values()].reverse().map((problem): ProblemReport => {
    const fails = namesOf(clients, ({ stopped }) => stopped?.id === problem.id)
    const notes = namesOf(clients, ({ noted }) => noted.some(({ id }) => id === problem.id))
    return { ...problem, severity: fails.length > 0 ? 'fails' : 'note', fails, notes }
  })
  return reports.sort((one, other) => rank(one) - rank(other))
}

function rank({ severity }: ProblemReport): number {
  return severity === 'fails' ? 0 : 1
}

function namesOf(
  clients: readonly ClientReport[],
  meets: (client: ClientReport) => boolean,
): readonly ClientName[] {
  return clients.filter(meets).map(({ profile }) => profile.name)
}

/** 0: every chosen client connects. 1: some fail, or the sign-in does. 3: all of them fail. */
export function exitCodeOf({
  clients,
  signedIn,
}: {
  readonly clients: readonly { readonly verdict: ClientVerdict }[]
  readonly signedIn: readonly Finding[]
}): 0 | 1 | 3 {
  const failing = clients.filter(({ verdict }) => verdict === 'fails').length
  if (failing === 0) return signedIn.some(({ verdict }) => verdict === 'wrong') ? 1 : 0
  return failing === clients.length ? 3 : 1
}
