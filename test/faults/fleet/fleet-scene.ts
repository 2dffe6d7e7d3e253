import { setTimeout as pause } from 'node:timers/promises'
import { percentile } from '../../../bench/statistics.js'
import { sumOf } from '../../helpers/prometheus-text.js'
import type { LostRecords } from '../checks/audit-problems.js'
import { Probes } from '../checks/probes.js'
import { Balancer } from '../load/balancer.js'
import type { SeenCall } from '../load/tool-call.js'
import type { Deployment } from '../processes/deployment.js'
import { eventually } from '../processes/eventually.js'
import type { OurServer } from '../processes/our-server.js'
import type { FleetScale } from './fleet-scale.js'
import type { FleetStore } from './fleet-store.js'
import { Users } from './users.js'

/** What a machine that is busy may take longer. */
const SLACK_MS = 120_000
const SIGN_IN_EVERY = 16
/** A request that was on its way to an instance when that was killed began before, or just then. */
const UNDER_WAY_MS = 2_000
/** What came to nothing, and got no answer of ours. */
const GONE = ['gone', 'gone 502']

export interface FleetParts {
  readonly scale: FleetScale
  readonly deployment: Deployment
  readonly store: FleetStore
  readonly servers: readonly OurServer[]
}

/** Two instances with one store behind a balancer, under the load of many users, to which something happens. */
export class FleetScene {
  readonly scale: FleetScale
  readonly deployment: Deployment
  readonly store: FleetStore
  /** Those that were started in the course of the case, and those that have ended, included. */
  readonly servers: OurServer[]
  readonly balancer: Balancer
  readonly users: Users
  readonly problems: string[] = []
  /** Calls that were made beside those of the users. */
  readonly others: SeenCall[] = []
  /** Until when records may be missing, on the clock of `performance`: those in the memory of a process that was killed. */
  lost: LostRecords = { fromMs: Infinity, toMs: -Infinity }
  /** From the end of the fault until the instances share again. */
  recoverySeconds: number | undefined
  readonly #probes = new Map<OurServer, Probes>()

  private constructor({ scale, deployment, store, servers }: FleetParts, balancer: Balancer) {
    this.scale = scale
    this.deployment = deployment
    this.store = store
    this.servers = [...servers]
    this.balancer = balancer
    for (const server of servers) this.#probes.set(server, new Probes(server.origin))
    const load = { count: scale.users, signInEvery: SIGN_IN_EVERY }
    this.users = new Users({ origin: balancer.origin, deployment, ...load })
  }

  /** Resolves when the users have begun. */
  static async open(parts: FleetParts): Promise<FleetScene> {
    const balancer = await Balancer.open()
    await Promise.all(parts.servers.map(({ origin }) => balancer.add(origin)))
    return new FleetScene(parts, balancer)
  }

  /** Resolves when nobody asks anything any more. */
  async close(): Promise<void> {
    await this.users.stop()
    for (const server of [...this.#probes.keys()]) await this.stopProbes(server)
    await this.balancer.close()
  }

  /** An instance is going to end: nobody asks it for its health any more. */
  async stopProbes(server: OurServer): Promise<void> {
    const probes = this.#probes.get(server)
    this.#probes.delete(server)
    await probes?.stop()
    for (const text of probes?.unhealthy.slice(0, 1) ?? []) this.problems.push(`/healthz: ${text}`)
    for (const reason of probes?.reasons ?? []) this.problems.push(`/readyz: ${reason}`)
  }

  /** Another instance, of which the balancer knows. */
  async startServer(): Promise<OurServer> {
    const server = await this.deployment.startServer()
    this.servers.push(server)
    await this.balancer.add(server.origin)
    this.#probes.set(server, new Probes(server.origin))
    return server
  }

  /** The instances that run. */
  get running(): readonly OurServer[] {
    return this.servers.filter(({ end }) => end === undefined)
  }

  get calls(): readonly SeenCall[] {
    return [...this.users.calls, ...this.others]
  }

  /** Lets the users go on for a while in which each request has to go well. Resolves with how long their requests took. */
  async calm(when: string): Promise<readonly number[]> {
    const begun = performance.now()
    await pause(this.scale.calmMs)
    await eventually(() => this.users.since(begun).length > 0, SLACK_MS)
    return this.allWell(begun, when)
  }

  /** Tells of each request since a moment that did not go well. Resolves with how long those that began since then took. */
  allWell(sinceMs: number, when: string): readonly number[] {
    const made = this.users.since(sinceMs)
    const failures = made.flatMap(({ failure }) => failure ?? [])
    if (failures.length > 0) {
      this.problems.push(`${failures.length} requests failed ${when}: ${failures[0] ?? ''}`)
    }
    return made.map(({ beganMs, endedMs }) => endedMs - beganMs)
  }

  /** Lets the users go on without an instance that was killed: only requests that were under way there may be lost. */
  async calmAlone(sinceMs: number): Promise<void> {
    await pause(this.scale.calmMs)
    const underWay = (began: number): boolean => began < sinceMs + UNDER_WAY_MS
    const lost = this.users.made.filter(
      ({ endedMs, failure }) => endedMs >= sinceMs && failure !== undefined,
    )
    const gone = lost.filter(
      ({ beganMs, failure }) => GONE.includes(failure ?? '') && underWay(beganMs),
    )
    this.expect(gone.length === lost.length, `${lost.length - gone.length} other requests failed`)
    const { broken } = this.balancer
    this.expect(gone.length <= broken, `${gone.length} requests lost, ${broken} were under way`)
  }

  /** The events about the store that an instance has logged. */
  storeEvents(server: OurServer): readonly string[] {
    return server.log().flatMap(({ event }) => {
      const name = String(event)
      return /^store_(?:available|unavailable|refuses|accepts)$/.test(name) ? [name] : []
    })
  }

  /** Whether the metric of every instance that runs says that the store can be had, or that it cannot. */
  async isAvailable(available: boolean): Promise<boolean> {
    const metrics = await Promise.all(this.running.map((server) => server.metrics()))
    return metrics.every(
      (series) => sumOf(series, 'mcp_on_behalf_of_store_available') === (available ? 1 : 0),
    )
  }

  /** Waits for something that has to come about by itself; what does not is a problem. */
  async eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    await eventually(holds, SLACK_MS).catch(() => {
      this.problems.push(`${what}: not within ${SLACK_MS / 1_000} s`)
    })
  }

  expect(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem)
  }
}

/** The median, the 99th percentile and the longest of durations in milliseconds, as text. */
export function durations(tookMs: readonly number[]): string {
  if (tookMs.length === 0) return 'none'
  const [median, most, longest] = [0.5, 0.99, 1].map((share) =>
    Math.round(percentile(tookMs, share)),
  )
  return `${median} / ${most} / ${longest} ms`
}
