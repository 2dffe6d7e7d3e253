import { Faults } from './faults.js'

/** Events that say what the traffic provokes; any other at level warn or above is a fault. */
// Two step-ups of one user, with two tokens of little scope, look like a client that loops.
const PROVOKED = new Set([
  'request_refused',
  'exchange_failed',
  'api_call_failed',
  'tool_failed',
  'step_up_loop',
])
const LOUD = new Set(['warn', 'error', 'fatal'])
/** A JSON Web Token, or the beginning of one. */
const TOKEN = /eyJ[\w-]{8,}\.eyJ/

interface Line {
  readonly event?: string
  readonly level: string
  readonly port?: number
}

/** Reads the log of a server while it runs: counts its events, and finds what must not be in it. */
export class LogCheck {
  readonly faults = new Faults()
  readonly events = new Map<string, number>()
  readonly #ports: { server?: number; metrics?: number } = {}
  #tellPorts: (() => void) | undefined

  line(text: string): void {
    if (TOKEN.test(text)) this.faults.add('a token in the log', text)
    if (!text.startsWith('{')) return
    const line = JSON.parse(text) as Line
    const { event = 'none', port } = line
    this.events.set(event, (this.events.get(event) ?? 0) + 1)
    if (LOUD.has(line.level) && !PROVOKED.has(event)) {
      this.faults.add(`log: ${event}`, text)
    }
    if (event === 'listening' && port !== undefined) this.#ports.server = port
    if (event === 'metrics_listening' && port !== undefined) this.#ports.metrics = port
    this.#tellPorts?.()
  }

  errorLine(text: string): void {
    this.faults.add('a line on standard error', text)
  }

  /** Resolves when the server has said at which ports it listens. */
  ports(): Promise<{ readonly server: number; readonly metrics: number }> {
    return new Promise((resolve) => {
      this.#tellPorts = () => {
        const { server, metrics } = this.#ports
        if (server !== undefined && metrics !== undefined) resolve({ server, metrics })
      }
      this.#tellPorts()
    })
  }
}
