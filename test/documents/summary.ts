import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { z } from 'zod'
import type { DocumentResult } from './read-one.js'

/** Of the processor, for reading one document and making its tools. */
export const LIMIT_MS = 3_000

const PATH = join(import.meta.dirname, 'results.json')
const COUNTS = z.record(z.string(), z.int())

const SUMMARY = z.strictObject({
  documents: z.int(),
  /** Documents that are refused as a whole, by the codes of their faults. */
  refused: z.int(),
  refusedBy: COUNTS,
  crashes: z.int(),
  overLimit: z.int(),
  operations: z.int(),
  tools: z.int(),
  excluded: COUNTS,
  /** Tools that need a scope, and tools with a choice of scopes. */
  scoped: z.int(),
  alternatives: z.int(),
  toolsWithFaults: z.int(),
  /** Documents with more tools than a list should have. */
  over128: z.int(),
  medianMs: z.int(),
  percentile99Ms: z.int(),
  slowest: z.strictObject({ file: z.string(), cpuMs: z.int() }),
})

export type Summary = z.infer<typeof SUMMARY>

/** What all results say together. */
export function summaryOf(results: readonly DocumentResult[]): Summary {
  const refused = results.filter(({ outcome }) => outcome === 'refused')
  const byTime = [...results].sort((a, b) => a.cpuMs - b.cpuMs)
  const slowest = byTime.at(-1)
  const sum = (of: (result: DocumentResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0)
  return {
    documents: results.length,
    refused: refused.length,
    refusedBy: counted(refused.flatMap(({ why }) => why)),
    crashes: results.filter(({ outcome }) => outcome === 'crash' || outcome === 'hang').length,
    overLimit: results.filter(({ cpuMs }) => cpuMs > LIMIT_MS).length,
    operations: sum(({ operations }) => operations),
    tools: sum(({ tools }) => tools),
    excluded: added(results.map(({ excluded }) => excluded)),
    scoped: sum(({ scoped }) => scoped),
    alternatives: sum(({ alternatives }) => alternatives),
    toolsWithFaults: sum(({ faults }) => faults.length),
    over128: results.filter(({ tools }) => tools > 128).length,
    medianMs: byTime[Math.floor(byTime.length / 2)]?.cpuMs ?? 0,
    percentile99Ms: byTime[Math.floor(byTime.length * 0.99)]?.cpuMs ?? 0,
    slowest: { file: slowest?.file ?? '', cpuMs: slowest?.cpuMs ?? 0 },
  }
}

/** What the last whole run measured. */
export function committedSummary(): Summary {
  return SUMMARY.parse(JSON.parse(readFileSync(PATH, 'utf8')))
}

export async function writeSummary(summary: Summary): Promise<void> {
  const options = { ...(await resolveConfig(PATH)), filepath: PATH }
  writeFileSync(PATH, await format(JSON.stringify(summary), options))
}

function added(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count
  }
  return Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function counted(names: readonly string[]): Record<string, number> {
  return added(names.map((name) => ({ [name]: 1 })))
}
