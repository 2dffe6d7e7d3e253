import type { Clock } from '../time/clock.js'
import type { Allowance } from './allowance.js'

export interface CachedDocumentOptions<T> {
  /** Loads the document; must bound its own time. */
  readonly load: () => Promise<T>
  readonly clock: Clock
  /** Age from which a copy is renewed in the background while it goes on being served. */
  readonly maxAgeMs: number
  /** Age up to which a copy is still served while renewals fail. */
  readonly staleAgeMs: number
  /** Least time between two renewals while they fail. */
  readonly cooldownMs: number
  /** Told of every failed load, also of those that no caller waits for. */
  readonly onFailure?: ((error: unknown) => void) | undefined
  /** Whether a failed load invalidates the copy. Default: never. */
  readonly endsCopy?: ((error: unknown) => boolean) | undefined
}

/**
 * Caches one remote document: at most one load in flight, renewed in the background, served through an outage until
 * `staleAgeMs`.
 *
 * A caller waits for a load without a copy, for a `refresh`, and for a copy older than twice `maxAgeMs`. A failed
 * load is remembered for `cooldownMs`, or one second without a copy.
 */
export class CachedDocument<T> {
  readonly #options: CachedDocumentOptions<T>
  #copy: { readonly value: T; readonly loadedAt: number } | undefined
  #failure: { readonly error: unknown; readonly at: number } | undefined
  #inFlight: Promise<T> | undefined

  constructor(options: CachedDocumentOptions<T>) {
    this.#options = options
  }

  /** When the copy was loaded, in milliseconds since the epoch; `-Infinity` without one. */
  get loadedAt(): number {
    return this.#copy?.loadedAt ?? -Infinity
  }

  /** The document: the copy if it may be served, else a loaded one. Rejects with the load's error. */
  async get(): Promise<T> {
    const { clock, maxAgeMs, staleAgeMs } = this.#options
    const now = clock()
    this.#correctMoments(now)
    const copy = this.#copy
    if (copy === undefined || now - copy.loadedAt >= staleAgeMs) return this.#loadUnlessJustFailed()
    if (now - copy.loadedAt < maxAgeMs) return copy.value
    if (now - this.#lastAttemptAt() >= 2 * maxAgeMs) return this.#loadOr(copy.value)
    if (this.#cooledDown()) this.#load().catch(() => undefined)
    return copy.value
  }

  /**
   * A copy loaded on behalf of this call, or `undefined` where the allowance is used up. Joins a load under way.
   *
   * Rejects when the load fails, also one before this call: what the caller misses may be in the document that we
   * could not get.
   */
  async refresh(allowance: Allowance): Promise<T | undefined> {
    if (this.#inFlight !== undefined) return this.#inFlight
    if (allowance.take()) return this.#load()
    if (this.#failure !== undefined) throw this.#failure.error
    return undefined
  }

  /**
   * Moments that lie ahead come from a clock that was set back, and nobody knows how long ago they were. Such a copy is due for
   * renewal, and such a failure is forgotten.
   */
  #correctMoments(now: number): void {
    const [copy, failure] = [this.#copy, this.#failure]
    if (copy !== undefined && copy.loadedAt > now) {
      this.#copy = { ...copy, loadedAt: now - this.#options.maxAgeMs }
    }
    if (failure !== undefined && failure.at > now) this.#failure = { ...failure, at: -Infinity }
  }

  #lastAttemptAt(): number {
    return Math.max(this.loadedAt, this.#failure?.at ?? -Infinity)
  }

  #cooledDown(): boolean {
    return this.#options.clock() - this.#lastAttemptAt() >= this.#options.cooldownMs
  }

  /** After a rest: nobody knows whether the copy still holds, unless the issuer cannot be reached. */
  async #loadOr(copy: T): Promise<T> {
    try {
      return await this.#load()
    } catch (error) {
      if (this.#copy === undefined) throw error
      return copy
    }
  }

  async #loadUnlessJustFailed(): Promise<T> {
    const { clock, cooldownMs } = this.#options
    const failure = this.#failure
    if (this.#inFlight === undefined && failure !== undefined) {
      if (clock() - failure.at < Math.min(cooldownMs, 1_000)) throw failure.error
    }
    return this.#load()
  }

  #load(): Promise<T> {
    this.#inFlight ??= this.#options
      .load()
      .then(
        (value) => {
          this.#copy = { value, loadedAt: this.#options.clock() }
          this.#failure = undefined
          return value
        },
        (error: unknown) => {
          this.#failure = { error, at: this.#options.clock() }
          if (this.#options.endsCopy?.(error) === true) this.#copy = undefined
          this.#options.onFailure?.(error)
          throw error
        },
      )
      .finally(() => {
        this.#inFlight = undefined
      })
    return this.#inFlight
  }
}
