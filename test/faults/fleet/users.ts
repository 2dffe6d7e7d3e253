import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { callTool, SUBJECT_PREFIX, type SeenCall } from '../load/tool-call.js'
import { listTools, type SeenList } from '../load/tool-list.js'
import type { Deployment } from '../processes/deployment.js'

export interface UsersOptions {
  /** Of the balancer. */
  readonly origin: string
  readonly deployment: Deployment
  readonly count: number
  /** After so many of its requests, a user signs in again. */
  readonly signInEvery: number
}

/** Between two requests of one user. */
const PAUSE_MS = 2_000
/** What a client waits at the most. */
const PATIENCE_MS = 60_000
/** What a user does, again and again. */
const ROUND = ['list', 'greet', 'whoami', 'greet', 'stepUp', 'greet', 'whoami', 'greet'] as const

type Request = (typeof ROUND)[number]

/** One request, and whether it was answered as it has to be. */
interface Made {
  readonly beganMs: number
  readonly endedMs: number
  /** What it should not have come to. */
  readonly failure: string | undefined
}

/** Many users at a time, who list tools, call them, and are refused a tool whose scope their token lacks. */
export class Users {
  readonly made: Made[] = []
  /** The calls of tools among them: each has a record in the audit. */
  readonly calls: SeenCall[] = []
  readonly #options: UsersOptions
  readonly #pool: Pool
  readonly #loops: Promise<void>[]
  #stopping = false

  constructor(options: UsersOptions) {
    this.#options = options
    this.#pool = new Pool(options.origin, {
      headersTimeout: PATIENCE_MS,
      bodyTimeout: PATIENCE_MS,
      connections: 64,
    })
    this.#loops = Array.from({ length: options.count }, (_, at) => this.#loop(at))
  }

  /** Requests that began since a moment and have been answered. */
  since(beganMs: number): readonly Made[] {
    return this.made.filter((each) => each.beganMs >= beganMs)
  }

  /** Resolves when the last request is answered. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#loops)
    await this.#pool.destroy()
  }

  async #loop(at: number): Promise<void> {
    const { deployment, count, signInEvery } = this.#options
    const subject = `${SUBJECT_PREFIX}of-fleet-${at}`
    const lesser = await deployment.tokenOf(subject, { scope: 'tool:whoami' })
    let token = await deployment.tokenOf(subject)
    // They do not all come at the same moment.
    await pause((at * PAUSE_MS) / count)
    for (let turn = at; !this.#stopping; turn += 1) {
      if ((turn + 1) % signInEvery === 0) token = await deployment.tokenOf(subject)
      const request = ROUND[turn % ROUND.length] ?? 'list'
      await this.#make(request, subject, request === 'stepUp' ? lesser : token)
      await pause(PAUSE_MS)
    }
  }

  async #make(request: Request, subject: string, token: string): Promise<void> {
    if (request === 'list') {
      const seen = await listTools(this.#pool, { token, tools: ['greet', 'whoami'] })
      this.made.push(madeOfList(seen))
      return
    }
    const tool = request === 'whoami' ? 'whoami' : 'greet'
    const seen = await callTool(this.#pool, { tool, subject, token })
    this.calls.push(seen)
    this.made.push(madeOfCall(seen, request === 'stepUp' ? 403 : 200))
  }
}

function madeOfList({ beganMs, endedMs, wrong }: SeenList): Made {
  return { beganMs, endedMs, failure: wrong }
}

function madeOfCall({ beganMs, endedMs, verdict, status }: SeenCall, promised: number): Made {
  const isGood = status === promised && verdict !== 'tool_error'
  return { beganMs, endedMs, failure: isGood ? undefined : `${verdict} ${status ?? ''}`.trim() }
}
