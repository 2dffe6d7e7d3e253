import { OnBehalfOfError } from '../failures/errors.js'
import { FairQueue } from '../limits/fair-queue.js'
import { RecentDurations } from './recent-durations.js'

/** How many calls may be under way, and how many may wait. */
export interface FairShareOptions {
  /** Calls of all users under way at a time. */
  readonly places: number
  /** Calls of one user under way at a time. */
  readonly placesPerUser: number
  /** Calls that may wait altogether. Default 1000. */
  readonly maxWaiting?: number | undefined
  /**
   * How long a call may take, waiting included: no more wait than can be over by then, as long as calls took of late. Default: as
   * many as `maxWaiting`.
   */
  readonly maxMs?: number | undefined
  /** Milliseconds of a clock that never steps. Default: that of the process. */
  readonly stopwatch?: (() => number) | undefined
}

/** Gives the place back. Calling it again does nothing. */
export type Release = () => void

/**
 * Shares the places for calls of one API among the users: nobody has more than their share, and those who wait take
 * turns (`FairQueue`).
 */
export class FairShare {
  readonly #places: number
  readonly #placesPerUser: number
  readonly #underWay = new Map<string, number>()
  readonly #queue: FairQueue<Release>
  readonly #stopwatch: () => number
  #total = 0
  readonly #durations = new RecentDurations()

  constructor({ places, placesPerUser, maxWaiting = 1_000, maxMs, ...given }: FairShareOptions) {
    this.#places = places
    this.#placesPerUser = placesPerUser
    this.#stopwatch = given.stopwatch ?? (() => performance.now())
    this.#queue = new FairQueue({
      maxWaiting: () => Math.min(maxWaiting, this.#inTime(maxMs)),
      refusal: tooManyCalls,
    })
  }

  /** How many can wait and still end in time. A few always may: the average says little of a single call. */
  #inTime(maxMs: number | undefined): number {
    const { averageMs } = this.#durations
    if (maxMs === undefined || averageMs === undefined || averageMs <= 0) return Infinity
    const rounds = (maxMs - averageMs) / averageMs
    return Math.max(this.#placesPerUser, Math.floor(this.#places * rounds))
  }

  /**
   * Resolves when the user has a place; rejects with `downstream_unavailable` (`too_many_calls`) when too many wait,
   * and with the signal's reason when it aborts.
   */
  async acquire(user: string, signal: AbortSignal | undefined): Promise<Release> {
    signal?.throwIfAborted()
    const place = this.#queue.has(user) ? undefined : this.#take(user)
    return place ?? this.#queue.wait(user, signal)
  }

  #take(user: string): Release | undefined {
    const own = this.#underWay.get(user) ?? 0
    if (this.#total >= this.#places || own >= this.#placesPerUser) return undefined
    this.#total += 1
    this.#underWay.set(user, own + 1)
    let released = false
    const startMs = this.#stopwatch()
    return () => {
      if (released) return
      released = true
      this.#durations.took(user, this.#stopwatch() - startMs)
      this.#total -= 1
      const left = (this.#underWay.get(user) ?? 1) - 1
      if (left > 0) this.#underWay.set(user, left)
      else this.#underWay.delete(user)
      this.#queue.admitNext((next) => this.#take(next))
      this.#queue.trim()
    }
  }
}

/** What a call is told that would have to wait for longer than it may. */
export function tooManyCalls(cause?: unknown): OnBehalfOfError {
  return new OnBehalfOfError('downstream_unavailable', {
    reason: 'too_many_calls',
    description:
      'Too many calls of the API are under way or waiting. Make fewer at a time, and try again in a little while.',
    retryAfterSeconds: 1,
    cause,
  })
}
