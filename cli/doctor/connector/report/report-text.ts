import type { ClientReport } from '../journey/connect.js'
import { findingText } from '../../report-text.js'
import { SIDES } from '../sides.js'
import { stepNumber, STEPS } from '../steps.js'
import { exitCodeOf, type ConnectorReport, type ProblemReport } from './connector-report.js'

/** The report as a person reads it: the clients, then what is wrong, then what was not tried. */
export function reportText(report: ConnectorReport): string {
  const { clients, problems, notTried, left, endpoint, signedIn } = report
  const width = Math.max(...clients.map(({ profile }) => profile.title.length))
  const table = clients.map(
    (client) => `  ${client.profile.title.padEnd(width)}  ${verdictText(client)}`,
  )
  const parts = [
    `${endpoint.href}\n`,
    table.join('\n'),
    ...(problems.length === 0 ? [] : ['', ...problems.map((problem) => problemText(problem))]),
    ...(signedIn.length === 0 ? [] : ['', signedIn.map(findingText).join('').trimEnd()]),
    '',
    ...notTried.map((sentence) => `Not tried: ${sentence}`),
    ...left.map(
      ({ clientId, endpoint: at }) =>
        `A client stays registered at ${at}: ${clientId}. Delete it there.`,
    ),
    conclusion(report),
  ]
  return `${parts.join('\n')}\n`
}

function verdictText({ verdict, stopped, noted, sawPage, profile }: ClientReport): string {
  const reported = profile.basis.kind === 'reported' ? ' (by reports)' : ''
  const ids = noted.map(({ id }) => id).join(', ')
  switch (verdict) {
    case 'fails':
      return stopped === undefined
        ? 'fails'
        : `will fail at step ${stepNumber(stopped.step)}, ${STEPS[stopped.step]}: ${stopped.id}${reported}`
    case 'limited':
      return `connects, and lacks something: ${ids}${reported}`
    case 'no_sign_in_needed':
      return `connects without a sign-in${reported}`
    case 'connects': {
      const far = sawPage ? 'reaches the sign-in page' : 'connects, as far as was tried'
      return `${far}${noted.length === 0 ? '' : `, in spite of ${ids}`}${reported}`
    }
  }
}

function problemText({ severity, id, side, message, cure }: ProblemReport): string {
  const word = severity === 'fails' ? 'WRONG' : 'note'
  const indent = ' '.repeat(7)
  return [
    `${word.padEnd(7)}${id}: ${message}`,
    `${indent}where: ${SIDES[side]}`,
    `${indent}what to do: ${cure}`,
  ].join('\n')
}

function conclusion(report: ConnectorReport): string {
  const { clients } = report
  const failing = clients.filter(({ verdict }) => verdict === 'fails').length
  if (failing === 0 && exitCodeOf(report) !== 0)
    return 'Every client connects, and what follows fails.'
  switch (exitCodeOf(report)) {
    case 0:
      return 'Every client connects, as far as was tried.'
    case 1:
      return `${failing} of ${clients.length} clients will fail.`
    case 3:
      return 'No client will connect.'
  }
}
