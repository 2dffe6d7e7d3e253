import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { systemClock, type Clock } from '../time/clock.js'
import type { ScriptMemory, StoreScript } from './store-script.js'
import {
  StoreUnavailableError,
  type Listener,
  type ScriptCall,
  type SetOptions,
  type Store,
  type Unsubscribe,
} from './store.js'

/** How much `createMemoryStore` keeps. */
export interface MemoryStoreOptions {
  /** Values altogether. Default 100000. Beyond it, a new one is refused, as Redis with `noeviction` does. */
  readonly maxEntries?: number | undefined
  readonly clock?: Clock | undefined
}

const OPTIONS = optionsSchema<MemoryStoreOptions>({
  maxEntries: optionValues.count.optional(),
  clock: optionValues.callable.optional(),
})

/**
 * Creates a store in this process: for one instance, and for tests.
 *
 * @category Shared state
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  assertOptions('createMemoryStore', OPTIONS, options)
  return new MemoryStore(options)
}

interface Kept {
  readonly value: Uint8Array
  readonly expiresAtMs: number
}

class MemoryStore implements Store {
  readonly #maxEntries: number
  readonly #clock: Clock
  readonly #kept = new Map<string, Kept>()
  readonly #listeners = new Map<string, Set<Listener>>()
  #closed = false

  constructor({ maxEntries = 100_000, clock = systemClock }: MemoryStoreOptions) {
    this.#maxEntries = maxEntries
    this.#clock = clock
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#atOnce(() => {
      const value = this.#find(key)?.value
      return value?.length === 0 ? undefined : value
    })
  }

  set(key: string, value: Uint8Array, { ttlMs, onlyIfAbsent }: SetOptions): Promise<boolean> {
    return this.#atOnce(() => {
      if (onlyIfAbsent === true && this.#find(key) !== undefined) return false
      this.#keep(key, value, ttlMs)
      return true
    })
  }

  delete(...keys: readonly string[]): Promise<void> {
    return this.#atOnce(() => {
      for (const key of keys) this.#kept.delete(key)
    })
  }

  run(script: StoreScript, call: ScriptCall): Promise<readonly number[]> {
    return this.#atOnce(() => script.inMemory(this.#memory, call))
  }

  publish(channel: string, message: string): Promise<void> {
    return this.#atOnce(() => {
      for (const listener of this.#listeners.get(channel) ?? []) {
        queueMicrotask(() => {
          listener.message(message)
        })
      }
    })
  }

  subscribe(channel: string, listener: Listener): Unsubscribe {
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(listener))
    return () => {
      listeners.delete(listener)
    }
  }

  close(): Promise<void> {
    this.#closed = true
    this.#kept.clear()
    this.#listeners.clear()
    return Promise.resolve()
  }

  readonly #memory: ScriptMemory = {
    get: (key) => {
      const value = this.#find(key)?.value
      return value === undefined ? undefined : Buffer.from(value).toString()
    },
    ttlMs: (key) => {
      const kept = this.#find(key)
      return kept === undefined ? undefined : kept.expiresAtMs - this.#clock()
    },
    set: (key, value, ttlMs) => {
      this.#keep(key, Buffer.from(value), ttlMs)
    },
    delete: (key) => {
      this.#kept.delete(key)
    },
    nowMs: () => this.#clock(),
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown becomes a rejection
  async #atOnce<T>(work: () => T): Promise<T> {
    if (this.#closed) throw new StoreUnavailableError('the store is closed')
    return work()
  }

  #find(key: string): Kept | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined || kept.expiresAtMs > this.#clock()) return kept
    this.#kept.delete(key)
    return undefined
  }

  #keep(key: string, value: Uint8Array, ttlMs: number): void {
    if (!this.#kept.has(key) && this.#kept.size >= this.#maxEntries) {
      this.#forgetExpired()
      if (this.#kept.size >= this.#maxEntries) throw new StoreUnavailableError('the store is full')
    }
    this.#kept.set(key, { value, expiresAtMs: this.#clock() + ttlMs })
  }

  #forgetExpired(): void {
    const now = this.#clock()
    for (const [key, { expiresAtMs }] of this.#kept) {
      if (!(expiresAtMs > now)) this.#kept.delete(key)
    }
  }
}
