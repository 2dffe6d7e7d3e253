import type { ServerEvent } from '@modelcontextprotocol/server'
import type { Timers } from '../time/clock.js'

export interface EventWindowOptions {
  readonly timers: Timers
  readonly pass: (event: ServerEvent) => void
  /** There were more different events than pass in a window: clients were told that the list of resources has changed in place of some. */
  readonly onOverflow: () => void
}

const WINDOW_MS = 100
/** Different ones in a window. */
const MAX_EVENTS = 100

/** Passes the first event at once, and then each different one once in a window, so that a flood costs no more than a few. */
export class EventWindow {
  readonly #options: EventWindowOptions
  readonly #waiting = new Map<string, ServerEvent>()
  #timer: { cancel(): void } | undefined

  constructor(options: EventWindowOptions) {
    this.#options = options
  }

  add(event: ServerEvent): void {
    if (this.#timer === undefined) {
      this.#options.pass(event)
      this.#open()
      return
    }
    const isRoom = event.kind !== 'resource_updated' || this.#waiting.size < MAX_EVENTS
    if (!isRoom) this.#options.onOverflow()
    const kept: ServerEvent = isRoom ? event : { kind: 'resources_list_changed' }
    this.#waiting.set(keyOf(kept), kept)
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#waiting.clear()
  }

  #open(): void {
    this.#timer = this.#options.timers.after(WINDOW_MS, () => {
      this.#timer = undefined
      if (this.#waiting.size === 0) return
      const events = [...this.#waiting.values()]
      this.#waiting.clear()
      this.#open()
      for (const event of events) this.#options.pass(event)
    })
  }
}

function keyOf(event: ServerEvent): string {
  return event.kind === 'resource_updated' ? `${event.kind} ${event.uri}` : event.kind
}
