import type { Clock } from '../time/clock.js'

export interface CutoffTableOptions {
  /** How long a cutoff is kept: the life of the longest token. */
  readonly lifeMs: number
  /** Beyond it, what was signed out first becomes a cutoff for everybody. */
  readonly maxEntries: number
  readonly clock: Clock
}

/**
 * Up to which second tokens count no more, by key. A cutoff only grows.
 *
 * Bounded: where there is no room, the oldest entry goes, and its cutoff holds for everybody from then on. So nobody gets in again
 * by filling it, and what it costs is a sign-in for tokens that are older than that.
 */
export class CutoffTable {
  readonly #options: CutoffTableOptions
  /** Epoch seconds, in the order in which they were set. */
  readonly #cutoffs = new Map<string, number>()
  #everybody: number | undefined

  constructor(options: CutoffTableOptions) {
    this.#options = options
  }

  /** The cutoff that holds for a key, in epoch seconds; `undefined`: there is none. */
  of(key: string): number | undefined {
    const own = this.own(key)
    const all = this.everybody
    return own === undefined || (all !== undefined && all > own) ? all : own
  }

  /** As `of`, without what holds for everybody. */
  own(key: string): number | undefined {
    return this.#inForce(this.#cutoffs.get(key))
  }

  /** What holds for everybody, in epoch seconds. */
  get everybody(): number | undefined {
    return this.#inForce(this.#everybody)
  }

  /** Sets a cutoff; returns whether it is later than what was known. */
  raise(key: string, seconds: number): boolean {
    const own = this.#cutoffs.get(key)
    if (!this.#counts(seconds) || (own !== undefined && own >= seconds)) return false
    this.#cutoffs.delete(key)
    this.#forgetOver()
    this.#makeRoom()
    this.#cutoffs.set(key, seconds)
    return true
  }

  /** Those in force, which can change while they are read. */
  *entries(): Generator<readonly [key: string, seconds: number]> {
    for (const [key, seconds] of this.#cutoffs) if (this.#counts(seconds)) yield [key, seconds]
  }

  /** How long a cutoff has to be kept yet; not positive: no token is left that it could concern. */
  leftMs(seconds: number): number {
    return seconds * 1_000 + this.#options.lifeMs - this.#options.clock()
  }

  #inForce(seconds: number | undefined): number | undefined {
    return seconds !== undefined && this.#counts(seconds) ? seconds : undefined
  }

  #counts(seconds: number): boolean {
    return this.leftMs(seconds) > 0
  }

  #forgetOver(): void {
    for (const [key, seconds] of this.#cutoffs) {
      if (this.#counts(seconds)) return
      this.#cutoffs.delete(key)
    }
  }

  #makeRoom(): void {
    if (this.#cutoffs.size < this.#options.maxEntries) return
    const [oldest] = this.#cutoffs
    if (oldest === undefined) return
    this.#cutoffs.delete(oldest[0])
    this.#everybody = Math.max(this.#everybody ?? -Infinity, oldest[1])
  }
}
