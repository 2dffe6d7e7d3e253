import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Results } from '../results.js'

const FILE = new URL('fleet-results.json', import.meta.url)

/** What one case found. */
export interface FleetResult {
  readonly fault: string
  /** Requests of the users. */
  readonly requests: number
  /** Those that did not go well. */
  readonly failed: number
  /** Tokens of users that were exchanged. */
  readonly tokens: number
  readonly exchanges: number
  /** From the end of the fault until the instances shared again. */
  readonly recoverySeconds: number | undefined
  /** What else was measured. */
  readonly figures: string
}

export interface FleetResults {
  readonly machine: Results['machine'] & {
    /** Processes that ran or wanted to, on average: the load average of a quarter of an hour. */
    readonly load: number
  }
  readonly cases: readonly FleetResult[]
}

export function readFleetResults(): FleetResults | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as FleetResults) : undefined
}

export function writeFleetResults(results: FleetResults): void {
  writeFileSync(FILE, `${JSON.stringify(results, undefined, 2)}\n`)
}
