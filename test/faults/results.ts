import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const FILE = new URL('results.json', import.meta.url)

/** What one case found. */
export interface CaseResult {
  readonly fault: string
  /** Tool calls of all clients, before, during and after the fault. */
  readonly calls: number
  readonly good: number
  /** The others, by the outcome that the audit has. */
  readonly failed: Readonly<Record<string, number>>
  /** From the end of the fault to the last failure; `undefined` where there is no such moment. */
  readonly recoverySeconds: number | undefined
  /** How much more the process held after it was over, its caches included; `undefined` where it was ended. */
  readonly heapGrowthMb: number | undefined
  /** What else was measured. */
  readonly figures: string
}

export interface Results {
  readonly machine: { readonly node: string; readonly cpu: string; readonly cores: number }
  readonly cases: readonly CaseResult[]
}

export function readResults(): Results | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : undefined
}

export function writeResults(results: Results): void {
  writeFileSync(FILE, `${JSON.stringify(results, undefined, 2)}\n`)
}
