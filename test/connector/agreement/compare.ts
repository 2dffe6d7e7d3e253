import { STEPS, stepNumber, type StepName } from '../../../cli/doctor/connector/steps.js'
import type { ClientName } from '../../../cli/doctor/connector/profiles/client-profile.js'
import { examine } from '../examine.js'
import { startWorld, type WorldParts } from '../world.js'
import type { RealClient, RealOutcome } from './real-outcome.js'

export interface Comparison {
  readonly told: RealOutcome
  readonly real: RealOutcome
  /** What the client asked for, and the doctor did not. The stream of a session that is open is none of its business. */
  readonly unasked: readonly string[]
}

/** What the doctor tells of a client, and how far the client itself gets. */
export async function compare(
  name: ClientName,
  client: RealClient,
  {
    parts,
    args = [],
  }: { readonly parts: WorldParts; readonly args?: readonly string[] | undefined },
): Promise<Comparison> {
  const { endpoint, requests } = await startWorld(parts)
  const { report } = await examine(endpoint, ['--client', name, ...args])
  const [told] = report.clients
  if (told === undefined) throw new Error('the report has no client')
  const asked = new Set(requests)
  const real = await client(endpoint)
  const unasked = requests.filter((line) => /^\w+ GET (?!\/mcp$)/.test(line) && !asked.has(line))
  return { told: outcomeOf(told.verdict, told.step), real, unasked }
}

function outcomeOf(verdict: string, step: string | undefined): RealOutcome {
  if (verdict === 'no_sign_in_needed') return 'open'
  if (verdict !== 'fails') return 'page'
  if (step === undefined || !Object.hasOwn(STEPS, step)) throw new Error('no step is told')
  if (step === 'tools') return 'open'
  // What is wrong with the page or behind it, only the person sees.
  return stepNumber(step as StepName) >= stepNumber('authorization') ? 'page' : 'fails'
}
