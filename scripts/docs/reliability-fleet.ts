import { readFleetResults, type FleetResult } from '../../test/faults/fleet/fleet-results.js'
import type { Block } from './block.js'

/** What instances that share a store did under load, from the results that `npm run test:fleet:load -- --write` keeps. */
export const reliabilityFleet: Block = () => {
  const results = readFleetResults()
  if (results === undefined) return 'No results are kept.'
  const { machine, cases } = results
  return [
    `Node.js ${machine.node}, ${machine.cores} cores (${machine.cpu}), with ${machine.load} processes on average that wanted one.`,
    '',
    '| what happens | requests | failed | tokens | exchanges | recovery | figures |',
    '| - | -: | -: | -: | -: | -: | - |',
    ...cases.map(row),
  ].join('\n')
}

function row(result: FleetResult): string {
  const { fault, requests, failed, tokens, exchanges, recoverySeconds, figures } = result
  const recovery = recoverySeconds === undefined ? '' : `${recoverySeconds.toFixed(1)} s`
  return `| ${[fault, requests, failed, tokens, exchanges, recovery, figures].join(' | ')} |`
}
