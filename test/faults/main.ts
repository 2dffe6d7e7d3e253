// Faults under load, on real processes: npm run test:faults [-- --short] [-- --write] [-- --only CASE,CASE]
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { ensureBuilt } from './ensure-built.js'
import { API } from './cases/api.js'
import { AUTHORIZATION_SERVER } from './cases/authorization-server.js'
import { GREEDY_USER } from './cases/greedy-user.js'
import { OVERLOAD } from './cases/overload.js'
import { PAIR } from './cases/pair.js'
import { SLOW_CLIENTS } from './cases/slow-clients.js'
import { VANISHING } from './cases/vanishing-clients.js'
import { CLOCK } from './cases/clock.js'
import type { Case } from './case.js'
import { readResults, writeResults, type CaseResult } from './results.js'
import { runCase } from './run-case.js'
import { FULL, SHORT } from './scene.js'

const CASES: Readonly<Record<string, Case>> = {
  ...{ ...AUTHORIZATION_SERVER, ...API, ...CLOCK },
  ...{ ...VANISHING, ...SLOW_CLIENTS, ...GREEDY_USER, ...OVERLOAD, ...PAIR },
}

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})

ensureBuilt()
const only = values.only?.split(',')
const results: CaseResult[] = []
for (const [name, which] of Object.entries(CASES)) {
  if (only === undefined ? values.short && !which.short : !only.includes(name)) continue
  const begun = performance.now()
  const { result, problems, late } = await runCase(which, values.short ? SHORT : FULL)
  results.push(result)
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
  process.stdout.write(`${problems.length === 0 ? 'ok' : 'FAILED'} ${name} (${seconds} s)\n`)
  process.stdout.write(`   ${JSON.stringify(result)}\n`)
  for (const held of late.slice(0, 3)) process.stdout.write(`   held for long: ${held}\n`)
  for (const problem of problems) process.stdout.write(`   ${problem}\n`)
  if (problems.length > 0) process.exitCode = 1
}

if (values.write && !values.short && process.exitCode === undefined) {
  const cpu = cpus()[0]?.model ?? 'unknown'
  writeResults({
    machine: { node: process.version, cpu, cores: cpus().length },
    cases: inOrder([...(readResults()?.cases ?? []), ...results]),
  })
}

/** The latest result of each case: a run of some leaves the others as they were. */
function inOrder(found: readonly CaseResult[]): readonly CaseResult[] {
  const latest = new Map(found.map((result) => [result.fault, result]))
  return Object.values(CASES).flatMap(({ fault }) => latest.get(fault) ?? [])
}
