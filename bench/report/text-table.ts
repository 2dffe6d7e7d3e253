import { reaches, TARGETS, type RatioName, type Results } from './results.js'

/** The results as text for a terminal. */
export function textTable({ machine, tables, ratios, disturbed }: Results): string {
  return [
    `Node ${machine.node}, ${machine.cores} × ${machine.cpu}, load at the start ${machine.atStart.toFixed(1)}`,
    ...tables.flatMap(({ title, rows }) => ['', heading(title), ...rows.map(line)]),
    '',
    'Ratio                        found      to reach',
    ...Object.entries(ratios).map(([name, value]) => ratioLine(name as RatioName, value)),
    '',
    disturbed.slices === 0
      ? `No other process disturbed what stands here (${disturbed.repeated} slices were measured again).`
      : `Other processes were busy during ${disturbed.slices} slices: run it again on a quiet machine.`,
    '',
  ].join('\n')
}

function heading(title: string): string {
  return `${title.padEnd(48)}   per second    median       p99   CPU per call`
}

function line(row: Results['tables'][number]['rows'][number]): string {
  const ms = (value: number): string => `${value.toFixed(2)} ms`.padStart(10)
  const rate = row.perSecond.toFixed(0).padStart(13)
  return `  ${row.server.padEnd(46)}${rate}${ms(row.medianMs)}${ms(row.p99Ms)}${ms(row.cpuMsPerCall).padStart(15)}`
}

function ratioLine(name: RatioName, value: number): string {
  const target = TARGETS[name]
  const goal = 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`
  const verdict = reaches(name, value) ? '' : '  missed'
  return `${name.padEnd(26)}${value.toFixed(2).padStart(8)}      ${goal}${verdict}`
}
