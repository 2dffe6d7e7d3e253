import type { Clock, Timers } from '../../src/time/clock.js'

interface Scheduled {
  readonly dueMs: number
  readonly run: () => void
}

/** A clock that stands still until a test moves it, and timers that go off as it passes them. */
export class ManualClock {
  #nowMs: number
  readonly #scheduled = new Set<Scheduled>()

  /** `startMs` in epoch milliseconds. */
  constructor(startMs = 2_000_000_000_000) {
    this.#nowMs = startMs
  }

  readonly clock: Clock = () => this.#nowMs

  readonly timers: Timers = {
    after: (delayMs, run) => {
      const scheduled = { dueMs: this.#nowMs + delayMs, run }
      this.#scheduled.add(scheduled)
      return {
        cancel: () => {
          this.#scheduled.delete(scheduled)
        },
      }
    },
  }

  /** Epoch seconds. */
  get nowSeconds(): number {
    return Math.floor(this.#nowMs / 1_000)
  }

  /** How many timers are still to go off. */
  get pending(): number {
    return this.#scheduled.size
  }

  /** Moves on, stopping at each timer on the way; promises settle before, between and after. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs
    await settled()
    for (let next = this.#nextUntil(endMs); next !== undefined; next = this.#nextUntil(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      this.#scheduled.delete(next)
      next.run()
      await settled()
    }
    this.#nowMs = endMs
    await settled()
  }

  /** Moves on without letting anything happen: what a process that was asleep wakes up to. */
  jump(byMs: number): void {
    this.#nowMs += byMs
  }

  #nextUntil(endMs: number): Scheduled | undefined {
    const due = [...this.#scheduled].filter(({ dueMs }) => dueMs <= endMs)
    return due.sort((a, b) => a.dueMs - b.dueMs)[0]
  }
}

/** Resolves once every promise that can settle without outside help has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
