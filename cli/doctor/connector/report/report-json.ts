import { printable } from '../../../printable.js'
import type { ClientReport } from '../journey/connect.js'
import { stepNumber } from '../steps.js'
import type { Visit } from '../walk/visit.js'
import { exitCodeOf, type ConnectorReport } from './connector-report.js'

/** The report for machines. Holds no token. */
export function reportJson(report: ConnectorReport): Readonly<Record<string, unknown>> {
  const { endpoint, clients, problems, notTried, left, visits } = report
  return {
    endpoint: endpoint.href,
    ok: exitCodeOf(report) === 0,
    clients: clients.map(clientJson),
    problems: problems.map((problem) => ({ ...problem, stepNumber: stepNumber(problem.step) })),
    signedIn: report.signedIn,
    notTried,
    registeredClients: left,
    requests: visits.map(visitJson),
  }
}

function clientJson({ profile, verdict, stopped, noted }: ClientReport): object {
  return {
    client: profile.name,
    title: profile.title,
    basis: profile.basis,
    verdict,
    step: stopped?.step,
    stepNumber: stopped === undefined ? undefined : stepNumber(stopped.step),
    problem: stopped?.id,
    notes: noted.map(({ id }) => id),
  }
}

function visitJson({ request, outcome }: Visit): object {
  const { method, url, headers } = request
  const named = { method, url: printable(url.href), accept: headers?.['accept'] }
  switch (outcome.kind) {
    case 'answer':
      return { ...named, status: outcome.status }
    case 'failed':
      return { ...named, failed: outcome.fault.message }
    case 'refused':
      return { ...named, notSent: outcome.reason }
  }
}
