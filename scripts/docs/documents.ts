import { committedSummary } from '../../test/documents/summary.js'
import type { Block } from './block.js'

/** What the last whole run of `npm run test:documents` measured. */
export const documents: Block = () => {
  const summary = committedSummary()
  const rows: readonly (readonly [string, string])[] = [
    ['documents', count(summary.documents)],
    ['refused as a whole', byCode(summary.refusedBy)],
    ['crashes', count(summary.crashes)],
    ['operations', count(summary.operations)],
    ['tools', count(summary.tools)],
    ['operations left out, by reason', byCode(summary.excluded)],
    ['tools that need scopes', count(summary.scoped)],
    ['tools with several ways', count(summary.alternatives)],
    ['tools that clients would refuse', count(summary.toolsWithFaults)],
    ['documents with more than 128 tools', count(summary.over128)],
    ['time for a document: half of them within', ms(summary.medianMs)],
    ['99 of 100 within', ms(summary.percentile99Ms)],
    ['slowest', `${ms(summary.slowest.cpuMs)} (${summary.slowest.file})`],
  ]
  const table = [
    '| what | found |',
    '| - | -: |',
    ...rows.map(([what, found]) => `| ${what} | ${found} |`),
  ]
  return [...table, '', 'Times are those of the processor.'].join('\n')
}

/** All of them, and how many there are of each, most first. */
function byCode(counts: Readonly<Record<string, number>>): string {
  const all = Object.values(counts).reduce((sum, times) => sum + times, 0)
  const codes = Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([code, times]) => `\`${code}\` ${count(times)}`)
  return codes.length === 0 ? count(all) : `${count(all)}: ${codes.join(', ')}`
}

function count(number: number): string {
  return number.toLocaleString('en')
}

function ms(value: number): string {
  return `${count(value)} ms`
}
