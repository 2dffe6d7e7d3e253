// Two instances that share a Redis, under load and faults: npm run test:fleet:load [-- --short] [-- --write] [-- --only CASE,CASE]
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { ensureBuilt } from '../ensure-built.js'
import { FLEET_CASES } from './cases.js'
import { FULL, SHORT } from './fleet-scale.js'
import { readFleetResults, writeFleetResults, type FleetResult } from './fleet-results.js'
import { runFleetCase } from './run-fleet-case.js'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})

ensureBuilt()
const only = values.only?.split(',')
for (const [name, which] of Object.entries(FLEET_CASES)) {
  if (only === undefined ? values.short && !which.short : !only.includes(name)) continue
  const begun = performance.now()
  const { result, problems } = await runFleetCase(which, values.short ? SHORT : FULL)
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
  process.stdout.write(`${problems.length === 0 ? 'ok' : 'FAILED'} ${name} (${seconds} s)\n`)
  process.stdout.write(`   ${JSON.stringify(result)}\n`)
  for (const problem of problems) process.stdout.write(`   ${problem}\n`)
  if (problems.length > 0) process.exitCode = 1
  else if (values.write && !values.short) keep(result)
}

/** Keeps a result in place of the one before; those of other cases stay as they were. */
function keep(result: FleetResult): void {
  const latest = new Map((readFleetResults()?.cases ?? []).map((each) => [each.fault, each]))
  latest.set(result.fault, result)
  const [cpu] = cpus()
  writeFleetResults({
    machine: {
      ...{ node: process.version, cpu: cpu?.model ?? 'unknown', cores: cpus().length },
      load: Math.round(loadavg()[2] ?? 0),
    },
    cases: Object.values(FLEET_CASES).flatMap(({ fault }) => latest.get(fault) ?? []),
  })
}
