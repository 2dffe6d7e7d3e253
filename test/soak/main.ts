// Mixed traffic on real processes for as long as is wanted: npm run soak [-- --minutes N] [-- --per-second N] [-- --write] [-- --planted-leak]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { buildPackage } from '../../bench/cases/start.js'
import { RESULTS, type SoakResults } from './report/results.js'
import { FEWEST_SAMPLES } from './report/trend.js'
import { resultsText } from './report/results-text.js'
import { ServerRun } from './server-run.js'
import { startServer, type ServerProcess } from './server-process.js'
import { startCompanion } from './start-companion.js'
import { Users } from './traffic/users.js'

const USERS = 300
const LOOKS = 180
const SHORTEST_LOOK_MS = 5_000
const LONGEST_WARM_UP_MINUTES = 7.5
const PLANTED_LEAK = new URL('children/planted-leak.mjs', import.meta.url).href

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    // Scenarios, at each of the two servers. Most are one request.
    'per-second': { type: 'string', default: '40' },
    write: { type: 'boolean', default: false },
    // Servers that leak on purpose, so that the judge is seen to find it.
    'planted-leak': { type: 'boolean', default: false },
  },
})
const minutes = Number(values.minutes)
if (!(minutes >= 1 && minutes <= 1_440)) {
  throw new RangeError('--minutes has to be a number from 1 to 1440')
}
const perSecond = Number(values['per-second'])
if (!(perSecond > 0 && perSecond <= 10_000)) {
  throw new RangeError('--per-second has to be a number above 0, at most 10000')
}
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted.abort()
  })
}

buildPackage()
const folder = mkdtempSync(join(tmpdir(), 'soak-'))
const opened: { close(): Promise<unknown> }[] = []
try {
  const results = await soak()
  process.stdout.write(`${resultsText(results)}\n\n${results.passed ? 'passed' : 'FAILED'}\n`)
  for (const { name, faults } of results.servers) {
    for (const { kind, count, examples } of faults) {
      process.stdout.write(`${name}: ${count} × ${kind}\n  ${examples.join('\n  ')}\n`)
    }
  }
  if (values.write) writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`)
  if (!results.passed) process.exitCode = 1
} finally {
  await Promise.all(opened.map((one) => one.close()))
  rmSync(folder, { recursive: true })
}

async function soak(): Promise<SoakResults> {
  const issuer = await opening(startCompanion('issuer.ts'))
  const api = await opening(startCompanion('api.ts'))
  const world = { issuer: issuer.origin, api: api.origin }
  const servers = await Promise.all([
    server({ ...world, name: 'without sessions', sessions: false }),
    server({ ...world, name: 'with sessions', sessions: true }),
  ])
  const users = new Users(USERS, issuer.origin)
  const runs = servers.map((one) => new ServerRun(one, { users, api: api.origin }))
  const begun = performance.now()
  for (const run of runs) await run.begin(perSecond)
  const warmUpMinutes = Math.min(LONGEST_WARM_UP_MINUTES, minutes / 2)
  const judgedFromMs = begun + warmUpMinutes * 60_000
  await lookAt(runs, { judgedFromMs, endMs: begun + minutes * 60_000 })
  // What was ended early is no result.
  interrupted.signal.throwIfAborted()
  const seconds = (performance.now() - begun) / 1_000
  await Promise.all(runs.map((run) => run.end()))
  const results = runs.map((run) => run.result(judgedFromMs, seconds))
  return {
    node: process.version,
    cores: cpus().length,
    ...{ minutes, warmUpMinutes },
    users: { present: USERS, came: users.came },
    servers: results,
    passed: results.every(
      ({ faults, trends }) =>
        faults.length === 0 && Object.values(trends).every(({ flat }) => flat),
    ),
  }
}

/** Until the end, or longer on a machine that is too slow for the readings that a judgement needs. */
async function lookAt(
  runs: readonly ServerRun[],
  { judgedFromMs, endMs }: { readonly judgedFromMs: number; readonly endMs: number },
): Promise<void> {
  const everyMs = Math.max(SHORTEST_LOOK_MS, (minutes * 60_000) / LOOKS)
  let judged = 0
  while (!interrupted.signal.aborted && (performance.now() < endMs || judged < FEWEST_SAMPLES)) {
    await wait(everyMs, undefined, { signal: interrupted.signal }).catch(() => undefined)
    if (performance.now() >= judgedFromMs) judged += 1
    for (const run of runs) {
      await run.look()
      process.stderr.write(`${run.state}\n`)
    }
  }
}

async function opening<T extends { close(): Promise<unknown> }>(starting: Promise<T>): Promise<T> {
  const started = await starting
  opened.push(started)
  return started
}

async function server(plan: {
  readonly name: string
  readonly sessions: boolean
  readonly issuer: string
  readonly api: string
}): Promise<ServerProcess> {
  const started = await startServer({
    ...plan,
    folder: join(folder, plan.sessions ? 'sessions' : 'plain'),
    preload: values['planted-leak'] ? [PLANTED_LEAK] : [],
  })
  opened.push({ close: () => started.stop() })
  return started
}
