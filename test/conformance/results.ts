import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { z } from 'zod'
import type { AuthorizationRun } from './authorization-scenarios.js'
import type { RevisionRun } from './server-scenarios.js'

const FILE = fileURLToPath(new URL('./results.json', import.meta.url))

const NAMES = z.array(z.string())
const RESULTS = z.strictObject({
  /** The version of the suite. */
  suite: z.string(),
  revisions: z.array(
    z.strictObject({
      revision: z.string(),
      required: z.number(),
      passed: z.number(),
      baselined: NAMES,
      notScored: z.strictObject({ passed: NAMES, failed: NAMES, skipped: NAMES }),
    }),
  ),
  authorizationServer: z.strictObject({ passed: NAMES, failed: NAMES }),
})
export type ConformanceResults = z.infer<typeof RESULTS>

export function toResults(
  suite: string,
  runs: readonly RevisionRun[],
  { passed, failed }: AuthorizationRun,
): ConformanceResults {
  return RESULTS.parse({
    suite,
    revisions: runs.map((run) => ({
      revision: run.revision,
      required: run.required,
      passed: run.passed.length,
      baselined: run.baselined,
      notScored: run.notScored,
    })),
    authorizationServer: { passed, failed: failed.map(({ name }) => name) },
  })
}

/** The committed results; `undefined` when there are none. */
export function readResults(): ConformanceResults | undefined {
  try {
    return RESULTS.parse(JSON.parse(readFileSync(FILE, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

export async function writeResults(results: ConformanceResults): Promise<void> {
  const options = { ...(await resolveConfig(FILE)), filepath: FILE }
  writeFileSync(FILE, await format(JSON.stringify(results), options))
}

/** Whether the committed results are what was measured. */
export function isCommitted(results: ConformanceResults): boolean {
  return isDeepStrictEqual(readResults(), results)
}
