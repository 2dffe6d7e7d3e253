import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { z } from 'zod'
import { ROOT } from '../parts/toolbox.js'

const PATH = join(ROOT, 'test/clients/scripted/results.json')

const ATTEMPT = z.strictObject({
  scenario: z.enum(['sign-in', 'step-up', 'expiry']),
  /** The setting of the server that was changed for this client, as `NAME=value`, if any. */
  setting: z.string().nullable(),
  /** `answered`: by the API, for the user. `told`: the client gave up, and a person can read why. */
  outcome: z.enum(['answered', 'told']),
  /** What the person reads, with … for addresses. */
  told: z.string().nullable(),
  signIns: z.int(),
  /** What the server refused on the way: status, and the challenge's error. */
  refusals: z.array(z.string()),
})

const RESULTS = z.record(z.string(), z.array(ATTEMPT))

export type Attempt = z.infer<typeof ATTEMPT>

/** The committed results, by the client's name. */
export function scriptedResults(): Readonly<Record<string, readonly Attempt[]>> {
  return RESULTS.parse(JSON.parse(readFileSync(PATH, 'utf8')))
}

/** Writes all results, when `WRITE_RESULTS=1` asks for it; else does nothing. */
export async function writeScriptedResults(
  results: Readonly<Record<string, readonly Attempt[]>>,
): Promise<void> {
  if (process.env['WRITE_RESULTS'] !== '1') return
  const options = { ...(await resolveConfig(PATH)), filepath: PATH }
  writeFileSync(PATH, await format(JSON.stringify(results), options))
}
