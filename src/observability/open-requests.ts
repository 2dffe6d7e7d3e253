import type { Timers } from '../time/clock.js'

/** A request, as far as this has to know it. */
export interface OpenRequest {
  /** Ends the calls that have not ended. */
  abandon(): void
}

/** How long a call may go on when its connection has ended. */
const MAX_LINGERING_MS = 3_600_000

/** The requests with calls that have not ended: so that each call has an end, also one whose handler hangs for ever. */
export class OpenRequests {
  readonly #timers: Timers
  readonly #open = new Set<OpenRequest>()
  readonly #lingering = new Map<OpenRequest, { cancel(): void }>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  begin(request: OpenRequest): void {
    this.#open.add(request)
  }

  /** The connection has ended, and a call goes on. It is abandoned after an hour. */
  linger(request: OpenRequest): void {
    const timer = this.#timers.after(MAX_LINGERING_MS, () => {
      this.end(request)
      request.abandon()
    })
    this.#lingering.set(request, timer)
  }

  /** All is over. */
  end(request: OpenRequest): void {
    this.#open.delete(request)
    if (this.#lingering.size === 0) return
    this.#lingering.get(request)?.cancel()
    this.#lingering.delete(request)
  }

  /** Ends what has not ended: the server stops. */
  abandonAll(): void {
    for (const request of [...this.#open]) {
      this.end(request)
      request.abandon()
    }
  }
}
