import { JUDGED, type ServerResult, type SoakResults, type TrendName } from './results.js'

/** The results as Markdown: what the page has, and what the command prints. */
export function resultsText(results: SoakResults): string {
  const { node, cores, minutes, warmUpMinutes, users, servers } = results
  const requests = servers.reduce((sum, server) => sum + server.requests, 0)
  return [
    `${minutes} minutes on ${cores} cores, Node.js ${node}: ${number(requests)} requests by ${number(users.came)} users, ${users.present} at a time.`,
    `The first ${warmUpMinutes.toFixed(1)} minutes warm up and are not judged.`,
    ...servers.flatMap((server) => ['', ...serverText(server)]),
  ].join('\n')
}

function serverText(server: ServerResult): string[] {
  const { loop, atRest, faults } = server
  const unexpected = server.scenarios.reduce((sum, { wrong }) => sum + wrong, 0)
  return [
    `**Server ${server.name}**`,
    '',
    `${number(server.requests)} requests (${server.perSecond.toFixed(0)} a second), ${unexpected} unexpected answers. ${number(server.records)} records of the audit, ${faults.length === 0 ? 'each as expected' : `faults: ${faults.map(({ kind, count }) => `${kind} (${count})`).join(', ')}`}.`,
    `Delay of the event loop: median ${loop.p50Ms.toFixed(1)} ms, p99 ${loop.p99Ms.toFixed(1)} ms, worst ${loop.worstMs.toFixed(0)} ms. Open files at rest: ${atRest.before} before, ${atRest.after} after.`,
    '',
    '| value | first | last | growth along the trend | allowed | |',
    '| - | -: | -: | -: | -: | - |',
    ...Object.entries(server.trends).map(([name, trend]) => {
      const { title, unit, suffix } = JUDGED[name as TrendName]
      const shown = (value: number): string => `${(value / unit).toFixed(1)}${suffix}`
      const { first, last, inAll, allowedInAll, flat } = trend
      return `| ${title} | ${shown(first)} | ${shown(last)} | ${shown(inAll)} | ${shown(allowedInAll)} | ${flat ? 'flat' : '**grows**'} |`
    }),
  ]
}

function number(value: number): string {
  return value.toLocaleString('en')
}
