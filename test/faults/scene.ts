import { setTimeout as pause } from 'node:timers/promises'
import { sumOf } from '../helpers/prometheus-text.js'
import type { LostRecords } from './checks/audit-problems.js'
import { Probes } from './checks/probes.js'
import { Traffic, type TrafficOptions } from './load/traffic.js'
import type { SeenCall } from './load/tool-call.js'
import type { Deployment } from './processes/deployment.js'
import { eventually } from './processes/eventually.js'
import type { OurServer } from './processes/our-server.js'

/** How long the parts of a case last. */
export interface Scale {
  readonly calmMs: number
  readonly faultMs: number
  readonly connections: number
}

export const FULL: Scale = { calmMs: 1_200, faultMs: 3_000, connections: 4_000 }
export const SHORT: Scale = { calmMs: 500, faultMs: 1_500, connections: 600 }

/** What a machine that is busy may take longer. */
const SLACK_MS = 15_000
/** So long without a failure, and it is over. */
const QUIET_MS = 1_000

/** A deployment under load, to which something happens. */
export class Scene {
  readonly scale: Scale
  readonly deployment: Deployment
  readonly server: OurServer
  /** Those that were started in the course of the case included. */
  readonly servers: OurServer[] = []
  readonly probes: Probes
  traffic: Traffic
  readonly problems: string[] = []
  /** Calls that a case made beside the traffic. */
  readonly others: SeenCall[] = []
  /** Until when records may be missing, on the clock of `performance`: those in the memory of a process that was killed. */
  lost: LostRecords = { fromMs: Infinity, toMs: -Infinity }
  recoverySeconds: number | undefined

  constructor(parts: { scale: Scale; deployment: Deployment; server: OurServer }) {
    this.scale = parts.scale
    this.deployment = parts.deployment
    this.server = parts.server
    this.servers.push(parts.server)
    this.probes = new Probes(parts.server.origin)
    this.traffic = this.startTraffic()
  }

  startTraffic(options: Omit<Partial<TrafficOptions>, 'tokenOf'> = {}): Traffic {
    const { deployment, server } = this
    const tokenOf = (subject: string): Promise<string> => deployment.tokenOf(subject)
    return new Traffic({ origin: server.origin, ...options, tokenOf })
  }

  /** Ends the traffic, and has it begin anew at another place. */
  async turnTraffic(origin: string): Promise<void> {
    await this.traffic.stop()
    this.others.push(...this.traffic.seen)
    this.traffic = this.startTraffic({ origin })
  }

  /** Another server of the same deployment. */
  async startServer(): Promise<OurServer> {
    const server = await this.deployment.startServer()
    this.servers.push(server)
    return server
  }

  get calls(): readonly SeenCall[] {
    return [...this.traffic.seen, ...this.others]
  }

  /** Lets the traffic go on for a while in which every call has to go well. */
  async calm(when: string): Promise<void> {
    const begun = performance.now()
    await pause(this.scale.calmMs)
    await eventually(() => this.traffic.since(begun).length > 0, SLACK_MS)
    const bad = this.traffic.since(begun).filter(({ verdict }) => verdict !== 'ok')
    if (bad.length > 0) this.problems.push(`${bad.length} calls failed ${when}`)
  }

  fault(): Promise<void> {
    return pause(this.scale.faultMs)
  }

  /** Waits until no call fails any more; the documentation promises that for so long after the end of the fault. */
  async recovery(promisedSeconds: number): Promise<void> {
    const ended = performance.now()
    const lastFailure = (): number =>
      this.traffic.seen.reduce(
        (last, { verdict, endedMs }) => (verdict === 'ok' ? last : Math.max(last, endedMs)),
        ended,
      )
    const isQuiet = (): boolean => {
      const since = lastFailure()
      return performance.now() - since >= QUIET_MS && this.traffic.since(since).length > 0
    }
    await eventually(isQuiet, promisedSeconds * 1_000 + SLACK_MS).catch(() => {
      this.problems.push(`calls still fail ${promisedSeconds} s after the end of the fault`)
    })
    this.recoverySeconds = Math.round((lastFailure() - ended) / 100) / 10
  }

  /** What a metric is now, as a sum. */
  async metric(
    name: string,
    labels: Readonly<Record<string, string>> = {},
    server = this.server,
  ): Promise<number> {
    return sumOf(await server.metrics(), name, labels)
  }

  expect(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem)
  }
}
