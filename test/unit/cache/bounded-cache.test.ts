import { describe, expect, test } from 'vitest'
import { BoundedCache } from '../../../src/cache/bounded-cache.js'

const NEVER = Number.MAX_SAFE_INTEGER

/** Numbers that look like chance and are the same each time (mulberry32). */
function seeded(): () => number {
  let state = 1
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function setUp(maxEntries: number, random: () => number = seeded()) {
  const time = { now: 0 }
  const cache = new BoundedCache<string>({ maxEntries, clock: () => time.now, random })
  const add = (key: string, { owner = key, expiresAtMs = NEVER } = {}): void => {
    cache.set(key, { value: key, owner, expiresAtMs })
  }
  const has = (key: string): boolean => cache.peek(key) !== undefined
  return { time, cache, add, has }
}

/** The share of reads that find what they look for, each miss being kept; after as many reads to fill the cache. */
function hitRatio(maxEntries: number, reads: readonly number[]): number {
  const { cache, add } = setUp(maxEntries)
  let hits = 0
  for (const [index, read] of reads.entries()) {
    const found = cache.get(`${read}`) !== undefined
    if (!found) add(`${read}`)
    if (found && index >= reads.length / 2) hits += 1
  }
  return hits / (reads.length / 2)
}

describe('a bounded cache', () => {
  test('a bounded cache never holds more than it may', () => {
    const { cache, add } = setUp(10)
    for (let index = 0; index < 100; index += 1) {
      add(`${index}`)
      expect(cache.size).toBe(Math.min(index + 1, 10))
      expect(cache.get(`${index}`)).toBe(`${index}`)
    }
  })

  test('a bounded cache finds most of a load that comes back in turns and is a fifth larger', () => {
    const turns = Array.from({ length: 24_000 }, (_, index) => index % 1_200)
    expect(hitRatio(1_000, turns)).toBeGreaterThan(0.6)
  })

  test('a bounded cache finds some of a load that comes back in turns and is twice as large', () => {
    const turns = Array.from({ length: 40_000 }, (_, index) => index % 2_000)
    expect(hitRatio(1_000, turns)).toBeGreaterThan(0.15)
  })

  test('a bounded cache keeps what is used while others come once', () => {
    const chance = seeded()
    const reads = Array.from({ length: 40_000 }, (_, index) =>
      index % 2 === 0 ? Math.floor(chance() * 100) : 1_000_000 + index,
    )
    // Half of the reads can find something.
    expect(hitRatio(1_000, reads)).toBeGreaterThan(0.49)
  })

  test('a bounded cache passes over an entry that was used, once', () => {
    const looks = [0, 0.5, 0]
    const { cache, add, has } = setUp(2, () => looks.shift() ?? 0)
    for (const key of ['a', 'b']) add(key)
    cache.get('a')
    add('c')
    expect(['a', 'b', 'c'].map(has)).toEqual([true, false, true])
    add('d')
    expect(['a', 'c', 'd'].map(has)).toEqual([false, true, true])
  })

  test('a bounded cache finds room where all entries have been used', () => {
    const { cache, add, has } = setUp(2)
    for (const key of ['a', 'b']) add(key)
    for (const key of ['a', 'b']) cache.get(key)
    add('c')
    expect([cache.size, has('c')]).toEqual([2, true])
  })

  test('looking at an entry is no use of it', () => {
    const { cache, add, has } = setUp(2, () => 0)
    for (const key of ['a', 'b']) add(key)
    cache.peek('a')
    add('c')
    expect(has('a')).toBe(false)
  })

  test('a bounded cache gives up what has expired before what has not, although it was used', () => {
    const { time, cache, add, has } = setUp(3, () => 0.99)
    for (const key of ['a', 'b']) add(key)
    add('short', { expiresAtMs: 10 })
    cache.get('short')
    time.now = 10
    add('c')
    expect(['a', 'b', 'c', 'short'].map(has)).toEqual([true, true, true, false])
  })

  test('entries that have expired go while others come, so that they do not fill a bounded cache', () => {
    const { time, cache, add } = setUp(1_000)
    for (let index = 0; index < 500; index += 1) add(`old ${index}`, { expiresAtMs: 10 })
    time.now = 10
    for (let index = 0; index < 500; index += 1) add(`new ${index}`)
    expect(cache.size).toBe(500)
  })

  test('an expiry that is no number counts as over', () => {
    const { add, has } = setUp(10)
    add('a', { expiresAtMs: NaN })
    add('b')
    expect(['a', 'b'].map(has)).toEqual([false, true])
  })

  test('one owner has no more than a sixteenth of a bounded cache, and pushes out nobody else', () => {
    const { cache, add, has } = setUp(1_600)
    for (let index = 0; index < 1_500; index += 1) add(`${index}`)
    for (let index = 0; index < 10_000; index += 1) add(`greedy ${index}`, { owner: 'greedy' })
    expect(cache.size).toBe(1_600)
    expect(Array.from({ length: 1_500 }, (_, index) => has(`${index}`))).not.toContain(false)
    cache.delete('greedy 0')
    add('greedy again', { owner: 'greedy' })
    expect(has('greedy again')).toBe(true)
  })

  test('an entry that is set again has its new value, owner and expiry, and takes no second place', () => {
    const { cache } = setUp(100)
    const set = (value: string, owner: string): void => {
      cache.set('key', { value, owner, expiresAtMs: NEVER })
    }
    for (const owner of ['a', 'a', 'b']) {
      set(owner, owner)
      expect([cache.size, cache.get('key')]).toEqual([1, owner])
    }
  })

  test('an entry that was deleted is gone, and deleting it again does nothing', () => {
    const { cache, add, has } = setUp(10)
    for (const key of ['a', 'b', 'c']) add(key)
    for (const key of ['a', 'a']) cache.delete(key)
    expect([cache.size, has('a'), has('b'), has('c')]).toEqual([2, false, true, true])
  })
})
