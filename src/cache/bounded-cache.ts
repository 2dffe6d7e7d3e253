import type { Clock } from '../time/clock.js'

/** How much a `BoundedCache` keeps, and by which clock. */
export interface BoundedCacheOptions {
  /** Entries altogether. */
  readonly maxEntries: number
  readonly clock: Clock
  /** At least 0 and less than 1. Default `Math.random`: what is forgotten is no secret. */
  readonly random?: (() => number) | undefined
}

/** One entry, as it is kept. */
export interface KeptEntry<Value> {
  readonly value: Value
  /** Whose it is, for the share of one owner. */
  readonly owner: string
  /** Epoch milliseconds from which it need not be kept. What is not a number counts as over. */
  readonly expiresAtMs: number
}

interface Slot<Value> {
  readonly key: string
  entry: KeptEntry<Value>
  /** Whether it was used since it was last looked at for room. */
  used: boolean
  at: number
}

/** Entries that are looked at for one that may go. */
const SAMPLE = 5
/** Entries that are looked at for expiry whenever one is added: two, so that more go than come. */
const SWEPT = 2
/** The part of all entries that one owner may have. */
const SHARE = 1 / 16
/** However small the cache is. */
const LEAST_SHARE = 64

/**
 * Keeps entries in a bounded number.
 *
 * Where there is no room, an entry goes that was chosen by chance: the first of five that has expired or was not used since it was
 * looked at before. So a load that comes back in turns, and is somewhat larger than the cache, still finds most of its entries;
 * if the oldest went, it would find none. `maxEntries` bounds the memory; entries that have expired make room before.
 *
 * One owner has at most a sixteenth of the entries, or 64 where that is more: a further entry of that owner is not kept.
 *
 * Does not look at expiry in `get`: the reader checks what it needs.
 */
export class BoundedCache<Value> {
  readonly #maxEntries: number
  readonly #mostOfOne: number
  readonly #clock: Clock
  readonly #random: () => number
  readonly #byKey = new Map<string, Slot<Value>>()
  readonly #slots: Slot<Value>[] = []
  readonly #owned = new Map<string, number>()
  #sweptTo = 0

  constructor({ maxEntries, clock, random = Math.random }: BoundedCacheOptions) {
    this.#maxEntries = maxEntries
    this.#mostOfOne = Math.max(LEAST_SHARE, Math.floor(maxEntries * SHARE))
    this.#clock = clock
    this.#random = random
  }

  get size(): number {
    return this.#slots.length
  }

  get(key: string): Value | undefined {
    const slot = this.#byKey.get(key)
    if (slot === undefined) return undefined
    slot.used = true
    return slot.entry.value
  }

  /** As `get`, but does not count as use. */
  peek(key: string): Value | undefined {
    return this.#byKey.get(key)?.entry.value
  }

  /** Keeps an entry in place of any with the same key. */
  set(key: string, entry: KeptEntry<Value>): void {
    const known = this.#byKey.get(key)
    if (known?.entry.owner === entry.owner) {
      known.entry = entry
      return
    }
    if (known !== undefined) this.#remove(known)
    this.#sweep()
    if ((this.#owned.get(entry.owner) ?? 0) >= this.#mostOfOne) return
    if (this.#slots.length >= this.#maxEntries) this.#makeRoom()
    if (this.#slots.length < this.#maxEntries) this.#add(key, entry)
  }

  delete(key: string): void {
    const slot = this.#byKey.get(key)
    if (slot !== undefined) this.#remove(slot)
  }

  #add(key: string, entry: KeptEntry<Value>): void {
    const slot = { key, entry, used: false, at: this.#slots.length }
    this.#slots.push(slot)
    this.#byKey.set(key, slot)
    this.#owned.set(entry.owner, (this.#owned.get(entry.owner) ?? 0) + 1)
  }

  #makeRoom(): void {
    let chosen: Slot<Value> | undefined
    for (let looked = 0; looked < SAMPLE; looked += 1) {
      chosen = this.#slots[Math.floor(this.#random() * this.#slots.length)]
      if (chosen === undefined || !chosen.used || this.#isOver(chosen)) break
      chosen.used = false
    }
    if (chosen !== undefined) this.#remove(chosen)
  }

  #sweep(): void {
    for (let looked = 0; looked < SWEPT; looked += 1) {
      if (this.#sweptTo >= this.#slots.length) this.#sweptTo = 0
      const slot = this.#slots[this.#sweptTo]
      if (slot === undefined) return
      // The last entry comes to its place, and is looked at next.
      if (this.#isOver(slot)) this.#remove(slot)
      else this.#sweptTo += 1
    }
  }

  #isOver({ entry }: Slot<Value>): boolean {
    return !(entry.expiresAtMs > this.#clock())
  }

  #remove(slot: Slot<Value>): void {
    this.#byKey.delete(slot.key)
    const last = this.#slots.pop()
    if (last !== undefined && last !== slot) {
      last.at = slot.at
      this.#slots[slot.at] = last
    }
    const { owner } = slot.entry
    const left = (this.#owned.get(owner) ?? 0) - 1
    if (left > 0) this.#owned.set(owner, left)
    else this.#owned.delete(owner)
  }
}
