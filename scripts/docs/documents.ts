import { committedSummary } from '../../test/documents/summary.js'
import type { Block } from './block.js'

/** What the last whole run of `npm run test:documents` measured. */
export const documents: Block = () => {
  const summary = committedSummary()
  const excluded = Object.values(summary.excluded).reduce((sum, count) => sum + count, 0)
  const rows: readonly (readonly [string, string])[] = [
    ['documents', count(summary.documents)],
    ['refused as a whole', refusedText(summary)],
    ['crashes', count(summary.crashes)],
    ['operations', count(summary.operations)],
    ['tools', count(summary.tools)],
    ['operations left out, with a reason', count(excluded)],
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

function refusedText({ refused, refusedBy }: ReturnType<typeof committedSummary>): string {
  const codes = Object.entries(refusedBy).map(([code, times]) => `\`${code}\` ${times}`)
  return codes.length === 0 ? count(refused) : `${count(refused)}: ${codes.join(', ')}`
}

function count(number: number): string {
  return number.toLocaleString('en')
}

function ms(value: number): string {
  return `${count(value)} ms`
}
