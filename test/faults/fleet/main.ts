// Two instances that share a Redis, under load and faults: npm run test:fleet:load [-- --short] [-- --write] [-- --only CASE,CASE]
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { ensureBuilt } from '../ensure-built.js'
import { FLEET_CASES } from './cases.js'
import { FULL, SHORT } from './fleet-case.js'
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
const results: FleetResult[] = []
for (const [name, which] of Object.entries(FLEET_CASES)) {
  if (only === undefined ? values.short && !which.short : !only.includes(name)) continue
  const begun = performance.now()
  const { result, problems } = await runFleetCase(which, values.short ? SHORT : FULL)
  results.push(result)
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
  process.stdout.write(`${problems.length === 0 ? 'ok' : 'FAILED'} ${name} (${seconds} s)\n`)
  process.stdout.write(`   ${JSON.stringify(result)}\n`)
  for (const problem of problems) process.stdout.write(`   ${problem}\n`)
  if (problems.length > 0) process.exitCode = 1
}

if (values.write && !values.short && process.exitCode === undefined) {
  const cpu = cpus()[0]?.model ?? 'unknown'
  writeFleetResults({
    machine: { node: process.version, cpu, cores: cpus().length },
    cases: inOrder([...(readFleetResults()?.cases ?? []), ...results]),
  })
}

/** The latest result of each case: a run of some leaves the others as they were. */
function inOrder(found: readonly FleetResult[]): readonly FleetResult[] {
  const latest = new Map(found.map((result) => [result.fault, result]))
  return Object.values(FLEET_CASES).flatMap(({ fault }) => latest.get(fault) ?? [])
}
