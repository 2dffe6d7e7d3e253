import { randomBytes } from 'node:crypto'

const MAX_ENTRIES = 10_000

export interface SingleUseStoreOptions {
  readonly lifetimeSeconds: number
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Hands out random keys, each of which gives its value back once. The oldest go when there are 10000. */
export class SingleUseStore<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly endsAtMs: number }>()
  readonly #options: SingleUseStoreOptions

  constructor(options: SingleUseStoreOptions) {
    this.#options = options
  }

  put(value: Value): string {
    const [oldest] = this.#entries.keys()
    if (this.#entries.size >= MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest)
    const key = randomBytes(32).toString('base64url')
    const endsAtMs = this.#options.now() + this.#options.lifetimeSeconds * 1_000
    this.#entries.set(key, { value, endsAtMs })
    return key
  }

  /** The value, which stays; `undefined` when there is none, or no longer. */
  peek(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    return entry !== undefined && this.#options.now() < entry.endsAtMs ? entry.value : undefined
  }

  /** The value, which is then gone. */
  take(key: string): Value | undefined {
    const value = this.peek(key)
    this.#entries.delete(key)
    return value
  }
}
