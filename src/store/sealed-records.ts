import { Secret } from '../secret.js'
import { digestedKey } from './digested-key.js'
import { EntrySeal } from './entry-seal.js'
import type { Store } from './store.js'

/** Where sealed records lie. */
export interface SealedRecordsOptions {
  readonly store: Pick<Store, 'get' | 'set' | 'delete'>
  /** The first seals, all open. */
  readonly keys: readonly Secret[]
  /** Keeps them apart from all else in the store. */
  readonly kind: string
}

/**
 * Texts in a store that others can read, each of which opens only for who knows its name.
 *
 * The store has the digest of the name, and the text sealed by a key that is derived from a master key and the name: who gets hold of the
 * store, or may write into it, neither reads a record nor makes one. What does not open is as good as absent. All methods reject
 * while the store cannot be had.
 */
export class SealedRecords {
  readonly #store: SealedRecordsOptions['store']
  readonly #seal: EntrySeal
  readonly #kind: string

  constructor({ store, keys, kind }: SealedRecordsOptions) {
    this.#store = store
    this.#seal = new EntrySeal(keys)
    this.#kind = kind
  }

  async get(name: string): Promise<string | undefined> {
    const key = this.#keyOf(name)
    const sealed = await this.#store.get(key)
    return sealed && this.#seal.open(sealed, { key, secret: new Secret(name) })
  }

  /** Resolves with whether the text is kept: `false` where `onlyIfAbsent` and there is one. */
  set(
    name: string,
    text: string,
    options: { readonly ttlMs: number; readonly onlyIfAbsent?: boolean },
  ): Promise<boolean> {
    const key = this.#keyOf(name)
    const sealed = this.#seal.seal(text, { key, secret: new Secret(name) })
    const ttlMs = Math.max(1, Math.floor(options.ttlMs))
    return this.#store.set(key, sealed, { ...options, ttlMs })
  }

  delete(name: string): Promise<void> {
    return this.#store.delete(this.#keyOf(name))
  }

  #keyOf(name: string): string {
    return digestedKey(this.#kind, name)
  }
}
