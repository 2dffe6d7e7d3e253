import type { ClientName } from '../../cli/doctor/connector/profiles/client-profile.js'
import { SCRIPTED_CLIENTS } from '../../test/clients/scripted/clients.js'
import { scriptedResults, type Attempt } from '../../test/clients/scripted/results.js'
import type { ScriptedClient } from '../../test/clients/scripted/scripted-client.js'
import { threadLinks } from './thread-links.js'
import { withoutMarkup } from './without-markup.js'

const WHAT: Readonly<Record<Attempt['scenario'], string>> = {
  'sign-in': 'signing in and calling `greet`',
  'step-up': 'a tool that needs more scopes than the first sign-in brought',
  expiry: 'an access token that expired',
}

/** What is reported of one client, where, and what a script that behaves so gets from this server. */
export function hostedClient(like: ClientName): string {
  const clients = SCRIPTED_CLIENTS.filter((client) => client.like === like)
  if (clients.length === 0) throw new Error(`no scripted client is like ${like}`)
  return clients.map(section).join('\n\n')
}

function section({ name, reported, threads }: ScriptedClient): string {
  const attempts = scriptedResults()[name] ?? []
  return [
    `**Reported of ${name}, not run** (November 2026): ${reported}. ${threadLinks(threads)}. A script that does the same:`,
    '',
    ...attempts.map(line),
  ].join('\n')
}

function line({ scenario, setting, outcome, told, signIns }: Attempt): string {
  const where = setting === null ? WHAT[scenario] : `${WHAT[scenario]}, with \`${setting}\``
  if (outcome === 'answered') {
    return `- ${where}: works${signIns === 1 ? '' : ` with ${signIns} sign-ins`}.`
  }
  return `- ${where}: fails. The person reads: ${withoutMarkup(told ?? '')}`
}
