import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { callTool, SUBJECT_PREFIX, type SeenCall, type ToolCall } from './tool-call.js'

export interface TrafficOptions {
  readonly origin: string
  readonly tokenOf: (subject: string) => Promise<string>
  /** Users with one token each, whose exchanged token is kept. Default 4. */
  readonly known?: number
  /** Users whose next call is that of a user whom nobody has seen before. Default 4. */
  readonly newcomers?: number
}

/** Between two calls of one user. */
const PAUSE_MS = 15
/** Every so many calls, a user calls the tool that calls no API. */
const LOCAL_EVERY = 4
/** For what a client waits at the most. */
const PATIENCE_MS = 60_000

let newcomers = 0

/** Calls of several users at a time, each of whom calls again once the answer is there. */
export class Traffic {
  readonly seen: SeenCall[] = []
  readonly #pool: Pool
  readonly #tokenOf: TrafficOptions['tokenOf']
  readonly #tokens = new Map<string, string>()
  readonly #loops: Promise<void>[] = []
  #stopping = false

  constructor({ origin, tokenOf, known = 4, newcomers: strangers = 4 }: TrafficOptions) {
    this.#pool = new Pool(origin, { headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS })
    this.#tokenOf = tokenOf
    for (let at = 1; at <= known; at += 1) {
      const subject = `${SUBJECT_PREFIX}known-${at}`
      this.#loops.push(this.#loop(() => this.#knownCall(subject)))
    }
    for (let at = 1; at <= strangers; at += 1) this.#loops.push(this.#loop(() => this.#newCall()))
  }

  /** Calls that began since a moment and have been answered. */
  since(beganMs: number): readonly SeenCall[] {
    return this.seen.filter((call) => call.beganMs >= beganMs)
  }

  /** Has users who are known sign in again. */
  signInAgain(): void {
    this.#tokens.clear()
  }

  /** Resolves when the last call is answered. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#loops)
    await this.#pool.destroy()
  }

  async #loop(next: () => Promise<Omit<ToolCall, 'tool'>>): Promise<void> {
    for (let count = 1; !this.#stopping; count += 1) {
      const tool = count % LOCAL_EVERY === 0 ? 'whoami' : 'greet'
      this.seen.push(await callTool(this.#pool, { tool, ...(await next()) }))
      await pause(PAUSE_MS)
    }
  }

  async #knownCall(subject: string): Promise<Omit<ToolCall, 'tool'>> {
    const token = this.#tokens.get(subject) ?? (await this.#tokenOf(subject))
    this.#tokens.set(subject, token)
    return { subject, token }
  }

  async #newCall(): Promise<Omit<ToolCall, 'tool'>> {
    newcomers += 1
    const subject = `${SUBJECT_PREFIX}new-${newcomers}`
    return { subject, token: await this.#tokenOf(subject) }
  }
}
