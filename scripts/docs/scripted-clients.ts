import { SCRIPTED_CLIENTS } from '../../test/clients/scripted/clients.js'
import type { ScenarioName, ScriptedClient } from '../../test/clients/scripted/scripted-client.js'
import { scriptedResults, type Attempt } from '../../test/clients/scripted/results.js'
import { threadLinks } from './thread-links.js'

const SCENARIOS = ['sign-in', 'step-up', 'expiry'] as const satisfies readonly ScenarioName[]
const HEADINGS = [
  ...['client', 'reported, not run', 'sign-in, `greet`', 'more scopes', 'expired token'],
  ...['with this setting', 'reports'],
]

/** What scripted clients got, a row for each of them. */
export function scriptedClients(): string {
  const rows = SCRIPTED_CLIENTS.map(row)
  return [HEADINGS, HEADINGS.map(() => '-'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

function row({ name, reported, threads }: ScriptedClient): readonly string[] {
  const attempts = scriptedResults()[name] ?? []
  const plain = attempts.filter(({ setting }) => setting === null)
  const cells = SCENARIOS.map((scenario) =>
    cell(plain.find((attempt) => attempt.scenario === scenario)),
  )
  const remedies = attempts
    .filter(({ setting }) => setting !== null)
    .map((attempt) => `\`${attempt.setting ?? ''}\`: ${cell(attempt)}`)
  return [name, reported, ...cells, remedies.join('<br>'), threadLinks(threads)]
}

function cell(attempt: Attempt | undefined): string {
  if (attempt === undefined) return 'not tried'
  if (attempt.outcome === 'told') return '**no**'
  return attempt.signIns === 1 ? 'yes' : `yes, ${attempt.signIns} sign-ins`
}
