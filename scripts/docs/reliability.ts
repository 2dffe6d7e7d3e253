import { readResults, type CaseResult } from '../../test/faults/results.js'
import type { Block } from './block.js'

/** What the suite of faults found, from the results that `npm run test:faults -- --write` keeps. */
export const reliability: Block = () => {
  const results = readResults()
  if (results === undefined) return 'No results are kept.'
  const { machine, cases } = results
  return [
    `Node.js ${machine.node}, ${machine.cores} cores (${machine.cpu}).`,
    '',
    '| what happens | calls | went well | failed, by outcome | recovery | memory | figures |',
    '| - | -: | -: | - | -: | -: | - |',
    ...cases.map(row),
  ].join('\n')
}

function row(result: CaseResult): string {
  const { fault, calls, good, failed, recoverySeconds, heapGrowthMb, figures } = result
  const cells = [
    fault,
    calls,
    good,
    Object.entries(failed)
      .map(([outcome, count]) => `${count} \`${outcome}\``)
      .join(', '),
    recoverySeconds === undefined ? '' : `${recoverySeconds.toFixed(1)} s`,
    heapGrowthMb === undefined ? '' : `${heapGrowthMb.toFixed(1)} MB`,
    figures,
  ]
  return `| ${cells.join(' | ')} |`
}
