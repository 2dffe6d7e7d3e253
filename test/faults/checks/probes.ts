import { setTimeout as pause } from 'node:timers/promises'
import { Agent, request } from 'undici'

const EVERY_MS = 100
/** Far beyond what a probe of Kubernetes waits: the machine may be busy. */
const PATIENCE_MS = 20_000

/** Asks a server for its health and readiness all the time, as what runs it does. */
export class Probes {
  /** Everything but `200` at `/healthz`. */
  readonly unhealthy: string[] = []
  /** The reasons that `/readyz` gave, in the order of their first time. */
  readonly reasons = new Set<string>()
  count = 0
  slowestMs = 0
  readonly #origin: string
  readonly #agent = new Agent({ connections: 2 })
  readonly #loop: Promise<void>
  #stopping = false

  constructor(origin: string) {
    this.#origin = origin
    this.#loop = this.#probe()
  }

  /** Resolves when the server is asked no more: it is going to end. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#loop
    await this.#agent.destroy()
  }

  async #probe(): Promise<void> {
    while (!this.#stopping) {
      const begun = performance.now()
      const [health, readiness] = await Promise.all([this.#ask('/healthz'), this.#ask('/readyz')])
      this.slowestMs = Math.max(this.slowestMs, performance.now() - begun)
      this.count += 1
      if (health.status !== 200) this.unhealthy.push(health.text)
      if (readiness.status !== 200) this.#tell(readiness.text)
      await pause(EVERY_MS)
    }
  }

  #tell(text: string): void {
    const { reasons } = JSON.parse(text) as { readonly reasons: readonly string[] }
    for (const reason of reasons) this.reasons.add(reason)
  }

  async #ask(path: string): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const { statusCode, body } = await request(`${this.#origin}${path}`, {
        dispatcher: this.#agent,
        headersTimeout: PATIENCE_MS,
      })
      return { status: statusCode, text: await body.text() }
    } catch (error) {
      return { status: 0, text: JSON.stringify({ reasons: [String(error)] }) }
    }
  }
}
