import type { CacheEntry, TokenCache } from '../../../src/exchange/token-cache.js'

export type StoreMood = 'prompt' | 'slow' | 'confused' | 'failing' | 'forgetful'

/** A store as it may be on a bad day; what it does follows from its calls alone, so that a run can be repeated. */
export class StoreWithMoods implements TokenCache {
  readonly #mood: StoreMood
  readonly #entries = new Map<string, CacheEntry>()
  readonly #waiting: (() => void)[] = []
  #calls = 0

  constructor(mood: StoreMood) {
    this.#mood = mood
  }

  /** Lets the `index`th of the calls under way go on. */
  release(index: number): void {
    const [proceed] = this.#waiting.splice(index % Math.max(1, this.#waiting.length), 1)
    proceed?.()
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    await this.#turn()
    if (this.#mood !== 'confused' || this.#calls % 2 === 0) return this.#entries.get(key)
    const all = [...this.#entries.values()]
    return all[this.#calls % Math.max(1, all.length)]
  }

  async set(key: string, entry: CacheEntry): Promise<void> {
    await this.#turn()
    if (this.#mood === 'forgetful' && this.#calls % 3 === 0) this.#entries.clear()
    this.#entries.set(key, entry)
  }

  async delete(key: string): Promise<void> {
    await this.#turn()
    this.#entries.delete(key)
  }

  async #turn(): Promise<void> {
    this.#calls += 1
    if (this.#mood === 'failing' && this.#calls % 3 === 0) throw new Error('connection lost')
    if (this.#mood !== 'slow') return
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
}
