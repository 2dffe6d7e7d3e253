import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const CHECKS = z.array(
  z.object({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }),
)
export type Check = z.infer<typeof CHECKS>[number]

export type Verdict = 'passed' | 'failed' | 'skipped'

// server-tools-list-2026-11-24T16-55-06-962Z
const RESULT_DIRECTORY =
  /^(?:server|authorization-server)-(.+)-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/

/** What the suite wrote about each scenario; none for one that it could not run to its end. */
export function readChecks(outputDirectory: string): ReadonlyMap<string, readonly Check[]> {
  const found = new Map<string, readonly Check[]>()
  for (const name of readdirSync(outputDirectory)) {
    const scenario = RESULT_DIRECTORY.exec(name)?.[1]
    if (scenario === undefined) throw new Error(`The suite wrote an unknown file: ${name}`)
    found.set(scenario, readScenario(join(outputDirectory, name)))
  }
  return found
}

function readScenario(directory: string): readonly Check[] {
  return readdirSync(directory).includes('checks.json')
    ? CHECKS.parse(JSON.parse(readFileSync(join(directory, 'checks.json'), 'utf8')))
    : []
}

/** A check counts as failed where the suite's baseline counts it so: warnings are failures. */
export function isFailed({ status }: Check): boolean {
  return status === 'FAILURE' || status === 'WARNING'
}

/** What failed in a scenario, and why. */
export function reasonsIn(checks: readonly Check[] | undefined): string {
  const failed = (checks ?? []).filter(isFailed)
  return failed.length === 0
    ? 'did not run to its end'
    : failed.map(({ id, errorMessage = 'no reason given' }) => `${id}: ${errorMessage}`).join('; ')
}

/** A scenario passed only if something in it did: one that looked at nothing proves nothing. */
export function verdictOn(checks: readonly Check[] | undefined): Verdict {
  if (checks === undefined || checks.length === 0 || checks.some(isFailed)) return 'failed'
  return checks.some(({ status }) => status === 'SUCCESS') ? 'passed' : 'skipped'
}
