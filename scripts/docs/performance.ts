import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { reaches, TARGETS, type RatioName, type Results } from '../../bench/report/results.js'
import type { Block } from './block.js'
import { ROOT } from './pages.js'

const RESULTS = join(ROOT, 'bench/results.json')

/** What the benchmark found, from the results that `npm run bench -- --write` keeps. */
export const performance: Block = () => {
  if (!existsSync(RESULTS)) return 'No results are kept.'
  const { machine, tables, ratios } = JSON.parse(readFileSync(RESULTS, 'utf8')) as Results
  return [
    `Node.js ${machine.node}, ${machine.cores} cores (${machine.cpu}). Medians.`,
    ...tables.flatMap(({ title, rows }) => [
      '',
      `**${title}**`,
      '',
      '| server | calls per second | median | p99 | CPU per call |',
      '| - | -: | -: | -: | -: |',
      ...rows.map(
        (row) =>
          `| ${row.server} | ${row.perSecond.toFixed(0)} | ${ms(row.medianMs)} | ${ms(row.p99Ms)} | ${ms(row.cpuMsPerCall)} |`,
      ),
    ]),
    '',
    '**Ratios**',
    '',
    '| ratio | found | aim |',
    '| - | -: | -: |',
    ...Object.entries(ratios).map(([name, value]) => ratio(name as RatioName, value)),
  ].join('\n')
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`
}

function ratio(name: RatioName, value: number): string {
  const target = TARGETS[name]
  const aim = 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`
  return `| \`${name}\` | ${value.toFixed(2)} | ${aim}${reaches(name, value) ? '' : ', missed'} |`
}
