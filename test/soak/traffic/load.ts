import { setTimeout as wait } from 'node:timers/promises'
import { Pool } from 'undici'
import { Faults } from '../checks/faults.js'
import type { ServerProcess } from '../server-process.js'
import { CALLS } from './calls.js'
import { CONNECTIONS } from './connections.js'
import { REFUSALS } from './refusals.js'
import type { Scenario } from './scenario.js'
import { SESSIONS } from './sessions.js'
import type { Users } from './users.js'
import { Visit, WrongAnswer } from './visit.js'

const SCENARIOS: readonly Scenario[] = [...CALLS, ...REFUSALS, ...CONNECTIONS, ...SESSIONS]

/** Scenarios under way at one server, beyond which none is begun. */
const MOST_AT_ONCE = 100

/** How often a scenario was gone through, and how often anything in it was not as expected. */
export interface Tally {
  readonly name: string
  done: number
  wrong: number
}

/** What traffic needs beside a server. */
export interface Surroundings {
  readonly users: Users
  /** The origin of the API. */
  readonly api: string
}

/** Mixed traffic to one server, at a rate that does not depend on how fast it answers. */
export class Load {
  readonly faults = new Faults()
  requests = 0
  /** Scenarios that were not begun, since too many were under way. */
  leftOut = 0
  readonly #server: ServerProcess
  readonly #users: Users
  readonly #api: string
  readonly #pool: Pool
  readonly #scenarios: readonly Scenario[]
  readonly #tallies = new Map<string, Tally>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #stopping = new AbortController()

  constructor(server: ServerProcess, { users, api }: Surroundings) {
    this.#api = api
    this.#server = server
    this.#users = users
    this.#pool = new Pool(server.origin, { pipelining: 1, connections: 256 })
    this.#scenarios = SCENARIOS.filter(({ inSessions = false }) => server.sessions || !inSessions)
  }

  get tallies(): readonly Tally[] {
    return [...this.#tallies.values()]
  }

  /** Begins so many scenarios a second until it is stopped. */
  async run(perSecond: number): Promise<void> {
    const begun = performance.now()
    let count = 0
    for (;;) {
      count += 1
      await wait(Math.max(0, begun + (count * 1_000) / perSecond - performance.now()))
      if (this.#stopping.signal.aborted) return
      if (this.#underWay.size < MOST_AT_ONCE) this.#begin()
      else this.leftOut += 1
    }
  }

  /** Resolves when what was under way has ended and all connections are closed. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#underWay)
    await this.#pool.close()
  }

  #begin(): void {
    const scenario = this.#any()
    const tally = this.#tallies.get(scenario.name) ?? { name: scenario.name, done: 0, wrong: 0 }
    this.#tallies.set(scenario.name, tally)
    const visit = new Visit({
      ...{ pool: this.#pool, user: this.#users.any(), users: this.#users },
      ...{ audit: this.#server.audit, api: this.#api },
      count: () => (this.requests += 1),
    })
    const running = scenario
      .run(visit)
      .catch((error: unknown) => {
        tally.wrong += 1
        const said = error instanceof WrongAnswer ? error.message : String(error)
        this.faults.add(`unexpected: ${scenario.name}`, said)
      })
      .finally(() => {
        tally.done += 1
        this.#underWay.delete(running)
      })
    this.#underWay.add(running)
  }

  #any(): Scenario {
    const all = this.#scenarios.reduce((sum, { weight }) => sum + weight, 0)
    let place = Math.random() * all
    for (const scenario of this.#scenarios) {
      place -= scenario.weight
      if (place < 0) return scenario
    }
    throw new Error('no scenario')
  }
}
