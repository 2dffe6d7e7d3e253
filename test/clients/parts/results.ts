import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { z } from 'zod'
import { ROOT } from './toolbox.js'

const PATH = join(ROOT, 'test/clients/results.json')

const MEASUREMENT = z.strictObject({
  /** How the client was set up. */
  setting: z.string(),
  scenario: z.enum(['sign-in', 'step-up', 'refresh', 'expiry', 'absence']),
  /** The protocol revision of the last request that the server answered. */
  protocol: z.string(),
  /** Whether the call that the scenario is about was answered by the API in the end. */
  outcome: z.enum(['answered', 'refused']),
  /** How often the person had to sign in. */
  signIns: z.int(),
  /** What the server refused on the way: status, and the challenge's error. */
  refusals: z.array(z.string()),
})

const RESULTS = z.record(
  z.string(),
  z.strictObject({ version: z.string(), measured: z.array(MEASUREMENT) }),
)

export type Measurement = z.infer<typeof MEASUREMENT>
export type ClientResults = z.infer<typeof RESULTS>[string]

/** The committed results, by the client's name. */
export function committedResults(): Readonly<Record<string, ClientResults>> {
  return RESULTS.parse(JSON.parse(readFileSync(PATH, 'utf8')))
}

/** Writes one client's results, when `WRITE_RESULTS=1` asks for it; else does nothing. */
export async function writeResults(client: string, results: ClientResults): Promise<void> {
  if (process.env['WRITE_RESULTS'] !== '1') return
  const all = Object.entries({ ...committedResults(), [client]: results })
  const sorted = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)))
  const options = { ...(await resolveConfig(PATH)), filepath: PATH }
  writeFileSync(PATH, await format(JSON.stringify(sorted), options))
}
