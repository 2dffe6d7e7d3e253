import { setTimeout as wait } from 'node:timers/promises'
import { request } from 'undici'
import { percentile } from '../../bench/statistics.js'
import type { Faults } from './checks/faults.js'
import { MetricsCheck } from './checks/metrics-check.js'
import { JUDGED, type ServerResult, type TrendName } from './report/results.js'
import { judgeTrend, type Trend } from './report/trend.js'
import type { Reading, ServerProcess } from './server-process.js'
import { Load, type Surroundings } from './traffic/load.js'
import { SERVER_HOST } from './world.js'

/** Open files that a server at rest may have beside those before the traffic: connections that it keeps for a while. */
const KEPT_OPEN = 3
/** The server keeps idle sessions for a minute, and sweeps them as often. */
const REST_MS = 150_000
const LOOK_EVERY_MS = 2_000

type Looked = Reading & { readonly series: number; readonly atMs: number }

/** One server, its traffic, and everything that is looked at. */
export class ServerRun {
  readonly #server: ServerProcess
  readonly #load: Load
  readonly #metrics: MetricsCheck
  readonly #looks: Looked[] = []
  #before: Reading | undefined
  #after = 0

  constructor(server: ServerProcess, surroundings: Surroundings) {
    this.#server = server
    this.#load = new Load(server, surroundings)
    this.#metrics = new MetricsCheck(server.metricsUrl)
  }

  async begin(perSecond: number): Promise<void> {
    await readMetadata(this.#server.origin)
    this.#before = await this.#server.read()
    // Rejects never: what goes wrong is a fault of its scenario.
    void this.#load.run(perSecond)
  }

  async look(): Promise<void> {
    await this.#metrics.look()
    await this.#server.audit.rotate()
    const reading = await this.#server.read()
    this.#looks.push({ ...reading, series: this.#metrics.series, atMs: performance.now() })
  }

  /** One line, to be read while it runs. */
  get state(): string {
    const { heapUsed = 0, rss = 0, fds = 0, handles = 0 } = this.#looks.at(-1) ?? {}
    const { requests, leftOut, faults } = this.#load
    const wrong = faults.count + this.#server.audit.faults.count + this.#server.log.faults.count
    const latest = [faults, this.#server.audit.faults, this.#server.log.faults]
      .map(({ latest: fault }) => fault && `\n  ${fault}`)
      .join('')
    const memory = `heap ${megabytes(heapUsed)} MB, rss ${megabytes(rss)} MB`
    return `${this.#server.name}: ${requests} requests, ${leftOut} left out, ${wrong} faults, ${memory}, ${fds} files, ${handles} handles${latest}`
  }

  /** Ends the traffic, waits until the server is at rest, and ends the server. */
  async end(): Promise<void> {
    await this.#load.stop()
    await this.#rest()
    await this.#metrics.look()
    const code = await this.#server.stop()
    if (code !== 0) this.#load.faults.add('a server that did not stop in order', String(code))
    this.#metrics.compare(this.#server.audit.outcomes)
  }

  result(judgedFromMs: number, seconds: number): ServerResult {
    const judged = this.#looks.filter(({ atMs }) => atMs >= judgedFromMs)
    const { audit, log, name } = this.#server
    const { requests, tallies, faults } = this.#load
    const all: readonly Faults[] = [faults, audit.faults, log.faults, this.#metrics.faults]
    return {
      name,
      requests,
      perSecond: requests / seconds,
      records: audit.records,
      trends: trendsOf(judged),
      loop: {
        p50Ms: percentile(
          judged.map(({ loop }) => loop.p50Ms),
          0.5,
        ),
        p99Ms: percentile(
          judged.map(({ loop }) => loop.p99Ms),
          0.5,
        ),
        worstMs: Math.max(...judged.map(({ loop }) => loop.maxMs)),
      },
      atRest: { before: this.#before?.fds ?? 0, after: this.#after },
      outcomes: Object.fromEntries(audit.outcomes),
      scenarios: tallies,
      faults: all.flatMap((one) => one.list()),
    }
  }

  async #rest(): Promise<void> {
    const most = (this.#before?.fds ?? 0) + KEPT_OPEN
    const until = performance.now() + REST_MS
    for (;;) {
      this.#after = (await this.#server.read()).fds
      if (this.#after <= most) return
      if (performance.now() > until) break
      await wait(LOOK_EVERY_MS)
    }
    this.#load.faults.add('files that stay open', `${this.#after}, at most ${most} allowed`)
  }
}

/** As every client does first: a server whose metadata nobody reads says so in its log. */
async function readMetadata(origin: string): Promise<void> {
  const path = '/.well-known/oauth-protected-resource/mcp'
  const { statusCode, body } = await request(`${origin}${path}`, { headers: { host: SERVER_HOST } })
  await body.dump()
  if (statusCode !== 200) throw new Error(`The metadata was answered with ${statusCode}`)
}

function trendsOf(looks: readonly Looked[]): Readonly<Record<TrendName, Trend>> {
  const trendOf = (name: TrendName): Trend =>
    judgeTrend(
      looks.map((look) => ({ atMs: look.atMs, value: look[name] })),
      JUDGED[name].bound,
    )
  return {
    heapUsed: trendOf('heapUsed'),
    external: trendOf('external'),
    rss: trendOf('rss'),
    fds: trendOf('fds'),
    handles: trendOf('handles'),
    series: trendOf('series'),
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
