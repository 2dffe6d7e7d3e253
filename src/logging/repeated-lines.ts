import type { Clock } from '../time/clock.js'

/** Whether a line is to be told now. */
export interface RepeatedLine {
  /** A line of its kind was told a moment ago. */
  readonly isRepeated: boolean
  /** How many of its kind came since the last that was told; `undefined`: none, or this one is not told either. */
  readonly more: number | undefined
}

const ONCE_IN_MS = 60_000

/** Counts lines that others can bring about as often as they like: of each kind, one is told in a minute. */
export class RepeatedLines {
  readonly #clock: Clock
  readonly #kinds = new Map<string, { readonly atMs: number; readonly untold: number }>()

  /** The kinds have to be few: each is remembered. */
  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Notes a line of this kind. */
  note(kind: string): RepeatedLine {
    const now = this.#clock()
    const { atMs = -Infinity, untold = 0 } = this.#kinds.get(kind) ?? {}
    const isRepeated = now - atMs < ONCE_IN_MS
    this.#kinds.set(kind, isRepeated ? { atMs, untold: untold + 1 } : { atMs: now, untold: 0 })
    return { isRepeated, more: isRepeated || untold === 0 ? undefined : untold }
  }
}
