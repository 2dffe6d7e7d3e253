/** The places of one request among those of its user. */
export interface Places {
  /** Takes `count` more; false where the user has not so many left, and then none is taken. */
  take(count: number): boolean
  /** Keeps the places until `settled` settles, also where the request is over before. */
  keepUntil(settled: Promise<unknown>): void
  /** Gives the places back, once nothing keeps them any more. Calling it again does nothing. */
  release(): void
}

/** Counts what each user has under way at a time, up to a limit. Counts in this process alone. */
export class UserPlaces {
  readonly #limit: number
  readonly #taken = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes one place; `undefined` where the user has none left. */
  enter(user: string): Places | undefined {
    let held = 0
    let released = false
    let kept = 0
    const take = (count: number): boolean => {
      const taken = (this.#taken.get(user) ?? 0) + count
      if (taken > this.#limit) return false
      this.#taken.set(user, taken)
      held += count
      return true
    }
    const giveBack = (): void => {
      if (!released || kept > 0) return
      const left = (this.#taken.get(user) ?? 0) - held
      held = 0
      if (left > 0) this.#taken.set(user, left)
      else this.#taken.delete(user)
    }
    if (!take(1)) return undefined
    return {
      take: (count) => !released && take(count),
      keepUntil(settled) {
        kept += 1
        const over = (): void => {
          kept -= 1
          giveBack()
        }
        settled.then(over, over)
      },
      release() {
        released = true
        giveBack()
      },
    }
  }
}
