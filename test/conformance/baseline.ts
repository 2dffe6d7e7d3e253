import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { isFailed, type Check } from './checks.js'

export const BASELINE_FILE = fileURLToPath(new URL('./baseline.yml', import.meta.url))

const BASELINE = z.object({ server: z.array(z.string()) })

/** What is known to fail: `scenario`, or `scenario:check`. */
export function readBaseline(): readonly string[] {
  return BASELINE.parse(parse(readFileSync(BASELINE_FILE, 'utf8'))).server
}

/** Whether all that failed in a scenario is known to fail. */
export function isExcused(
  scenario: string,
  checks: readonly Check[] | undefined,
  baseline: readonly string[],
): boolean {
  if (baseline.includes(scenario)) return true
  const failed = (checks ?? []).filter(isFailed)
  return failed.length > 0 && failed.every(({ id }) => baseline.includes(`${scenario}:${id}`))
}
