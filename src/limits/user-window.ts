import { systemClock, type Clock } from '../time/clock.js'

/** How much one user may use up in a minute. */
export interface UserWindowOptions {
  readonly limit: number
  /** What a user has used up when its first request of a minute comes. Default: nothing. */
  readonly usedAtFirst?: (() => number) | undefined
  readonly clock?: Clock | undefined
}

/** Why a user has to wait, and for how long. */
export interface Overdraft {
  readonly retryAfterSeconds: number
  /** Whether this user was refused before in the same minute. */
  readonly repeated: boolean
}

const WINDOW_MS = 60_000

/**
 * Counts what each user uses up, by the minute: requests, messages or bytes.
 *
 * The minute is the same for all users, so what is kept is bounded by the users of one minute. Counts in this
 * process alone.
 */
export class UserWindow {
  readonly #limit: number
  readonly #usedAtFirst: () => number
  readonly #clock: Clock
  #used = new Map<string, number>()
  #refused = new Set<string>()
  #endsAtMs = 0

  constructor({ limit, usedAtFirst = () => 0, clock = systemClock }: UserWindowOptions) {
    this.#limit = limit
    this.#usedAtFirst = usedAtFirst
    this.#clock = clock
  }

  /** Counts `amount` where it fits into what is left, and nothing where it does not. */
  take(user: string, amount: number): Overdraft | undefined {
    this.#turn()
    const used = this.#usedBy(user)
    const fits = used + amount <= this.#limit
    this.#used.set(user, fits ? used + amount : used)
    return fits ? undefined : this.#overdraft(user)
  }

  /** Counts `amount` whether or not it fits: it has been used up already. */
  spend(user: string, amount: number): void {
    this.#turn()
    this.#used.set(user, this.#usedBy(user) + amount)
  }

  /** Tells whether the user has spent more than the limit. */
  overdraft(user: string): Overdraft | undefined {
    this.#turn()
    return (this.#used.get(user) ?? 0) > this.#limit ? this.#overdraft(user) : undefined
  }

  #usedBy(user: string): number {
    return this.#used.get(user) ?? this.#usedAtFirst()
  }

  #overdraft(user: string): Overdraft {
    const repeated = this.#refused.has(user)
    this.#refused.add(user)
    const leftMs = this.#endsAtMs - this.#clock()
    return { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)), repeated }
  }

  #turn(): void {
    const now = this.#clock()
    if (now < this.#endsAtMs && now >= this.#endsAtMs - WINDOW_MS) return
    this.#endsAtMs = now + WINDOW_MS
    this.#used = new Map()
    this.#refused = new Set()
  }
}
