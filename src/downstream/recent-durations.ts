/** Users whose calls are remembered. */
const MAX_USERS = 16
/** How much one call counts in the average of its user. */
const WEIGHT = 1 / 4

/**
 * How long calls took of late: the average over the last 16 users, each of whom counts once.
 *
 * So one user, who makes many calls that take long, cannot make all calls look long.
 */
export class RecentDurations {
  /** The average of each user, the one whose call ended last at the end. */
  readonly #averages = new Map<string, number>()

  took(user: string, durationMs: number): void {
    const before = this.#averages.get(user) ?? durationMs
    this.#averages.delete(user)
    this.#averages.set(user, before + (durationMs - before) * WEIGHT)
    if (this.#averages.size <= MAX_USERS) return
    for (const oldest of this.#averages.keys()) {
      this.#averages.delete(oldest)
      return
    }
  }

  /** `undefined` until a call has ended. */
  get averageMs(): number | undefined {
    if (this.#averages.size === 0) return undefined
    let sumMs = 0
    for (const averageMs of this.#averages.values()) sumMs += averageMs
    return sumMs / this.#averages.size
  }
}
