import type { Clock } from '../clock.js'

export interface CachedDocumentOptions<T> {
  /** Loads the document; must bound its own time. */
  readonly load: () => Promise<T>
  readonly clock: Clock
  /** Age from which a copy is renewed in the background while it goes on being served. */
  readonly maxAgeMs: number
  /** Age up to which a copy is still served while renewals fail. */
  readonly staleAgeMs: number
  /** Least time between two loads that a caller can cause. */
  readonly cooldownMs: number
  /** Told of every failed load, also of those that no caller waits for. */
  readonly onFailure?: (error: unknown) => void
}

/**
 * Keeps one remote document at hand: at most one load in flight, renewed in the background, served
 * through an outage until `staleAgeMs`.
 *
 * A caller waits only where there is nothing to serve, or where it asked for a `refresh`. A failed
 * load is remembered for `cooldownMs` (at most one second while there is nothing to serve), so an outage
 * does not multiply the requests that meet it.
 */
export class CachedDocument<T> {
  readonly #options: CachedDocumentOptions<T>
  #copy: { readonly value: T; readonly loadedAt: number } | undefined
  #failure: { readonly error: unknown; readonly at: number } | undefined
  #refreshedAt = -Infinity
  #flight: Promise<T> | undefined

  constructor(options: CachedDocumentOptions<T>) {
    this.#options = options
  }

  /** The document: the copy at hand if it is young enough, else a loaded one. Rejects with the load's error. */
  async get(): Promise<T> {
    const { clock, maxAgeMs, staleAgeMs } = this.#options
    const age = this.#copy === undefined ? Infinity : clock() - this.#copy.loadedAt
    if (this.#copy === undefined || age >= staleAgeMs) return this.#loadUnlessJustFailed()
    if (age >= maxAgeMs && this.#cooledDown()) this.#load().catch(() => undefined)
    return this.#copy.value
  }

  /**
   * A copy loaded after this call where the last refresh is longer ago than the cool-down, else the copy at hand.
   *
   * Rejects when the last load failed: what the caller misses may be in the document we could not get.
   */
  async refresh(): Promise<T> {
    if (this.#flight !== undefined) return this.#flight
    const now = this.#options.clock()
    if (now - this.#refreshedAt >= this.#options.cooldownMs) {
      this.#refreshedAt = now
      return this.#load()
    }
    if (this.#failure !== undefined) throw this.#failure.error
    return this.get()
  }

  #lastAttemptAt(): number {
    return Math.max(this.#copy?.loadedAt ?? -Infinity, this.#failure?.at ?? -Infinity)
  }

  #cooledDown(): boolean {
    return this.#options.clock() - this.#lastAttemptAt() >= this.#options.cooldownMs
  }

  async #loadUnlessJustFailed(): Promise<T> {
    const { clock, cooldownMs } = this.#options
    const failure = this.#failure
    if (this.#flight === undefined && failure !== undefined) {
      if (clock() - failure.at < Math.min(cooldownMs, 1_000)) throw failure.error
    }
    return this.#load()
  }

  #load(): Promise<T> {
    this.#flight ??= this.#options
      .load()
      .then(
        (value) => {
          this.#copy = { value, loadedAt: this.#options.clock() }
          this.#failure = undefined
          return value
        },
        (error: unknown) => {
          this.#failure = { error, at: this.#options.clock() }
          this.#options.onFailure?.(error)
          throw error
        },
      )
      .finally(() => {
        this.#flight = undefined
      })
    return this.#flight
  }
}
