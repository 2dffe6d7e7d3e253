// Our server beside others, under the same load: npm run bench [-- --short] [-- --json] [-- --write] [-- --only CASE,CASE] [-- --profile DIRECTORY]
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { profiling } from './children/child-process.js'
import { ensureInstalled } from '../scripts/ensure-installed.js'
import { ensureRedis } from '../scripts/ensure-redis.js'
import { callsOf2026, refusals, warmCalls } from './cases/calls.js'
import { coldCalls, stampede, warmAgainstExchanges } from './cases/exchanges.js'
import { manyOperations } from './cases/documents.js'
import type { Measured } from './cases/measured.js'
import { sharedStore } from './cases/shared-store.js'
import { manyTokens, manyTools, memory } from './cases/scaling.js'
import { buildPackage, start } from './cases/start.js'
import { disturbed } from './load/contest.js'
import { plot } from './report/plot.js'
import { beyondMargins, withLatest, type Results } from './report/results.js'
import { textTable } from './report/text-table.js'
import { FULL, SHORT, Stack } from './stack.js'

const CASES = {
  ...{ warmCalls, callsOf2026, refusals, manyTools, manyOperations, warmAgainstExchanges },
  ...{ coldCalls, stampede, sharedStore, manyTokens, memory, start },
} satisfies Record<string, (stack: Stack) => Promise<Measured>>

const fileAt = (path: string): URL => new URL(path, import.meta.url)

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
    profile: { type: 'string' },
  },
})

ensureInstalled('bench/peers')
if (values.only === undefined || values.only.split(',').includes('sharedStore')) ensureRedis()
buildPackage()
profiling.directory = values.profile
const atStart = loadavg()[0] ?? Number.NaN
const stack = await Stack.open(values.short ? SHORT : FULL)
const found: Measured[] = []
try {
  for (const [name, measure] of Object.entries(CASES)) {
    if (values.only !== undefined && !values.only.split(',').includes(name)) continue
    if (!values.json) process.stderr.write(`${name} …\n`)
    found.push(await measure(stack))
  }
} finally {
  await stack.close()
}

const results: Results = {
  machine: {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    atStart,
  },
  tables: found.flatMap(({ tables }) => tables),
  ratios: Object.assign({}, ...found.map(({ ratios }) => ratios)) as Results['ratios'],
  disturbed,
}
if (values.write) {
  const whole = values.only === undefined ? results : withLatest(keptResults(), results)
  writeFileSync(fileAt('results.json'), `${JSON.stringify(whole, undefined, 2)}\n`)
  writeFileSync(fileAt('../docs/images/performance.svg'), plot(whole.tables.slice(0, 3)))
}
process.stdout.write(values.json ? `${JSON.stringify(results)}\n` : textTable(results))
for (const problem of values.short ? beyondMargins(results.ratios) : []) {
  process.stderr.write(`${problem}\n`)
  process.exitCode = 1
}

function keptResults(): Results {
  return JSON.parse(readFileSync(fileAt('results.json'), 'utf8')) as Results
}
