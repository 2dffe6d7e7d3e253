import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { SharedWindow, type SharedWindowOptions } from '../../../src/limits/shared-window.js'
import { Secret } from '../../../src/secret.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import type { ScriptCall, Store } from '../../../src/store/store.js'
import type { StoreScript } from '../../../src/store/store-script.js'

const KEYS = [new Secret('k'.repeat(32))]

/** Processes that share a store, and a clock that is set by hand. */
function processes(count: number, more: Partial<SharedWindowOptions> = {}) {
  const time = { nowMs: 1_000_000, asked: 0, keys: new Set<string>() }
  const clock = () => time.nowMs
  const store = createMemoryStore({ clock })
  const counting: Pick<Store, 'run'> = {
    run: (script: StoreScript, call: ScriptCall) => {
      time.asked += 1
      for (const key of call.keys) time.keys.add(key)
      return store.run(script, call)
    },
  }
  const windows = Array.from(
    { length: count },
    () =>
      new SharedWindow({
        limit: 100,
        store: counting,
        name: 'test',
        instances: count,
        keys: KEYS,
        clock,
        ...more,
      }),
  )
  const [first = new SharedWindow({ limit: 1, store, keys: KEYS, name: '', instances: 1 })] =
    windows
  return { windows, first, time, store }
}

/** How many of so many takes go through, spread over the processes. */
async function admitted(
  windows: readonly SharedWindow[],
  takes: number,
  amount = 1,
): Promise<number> {
  const each = Array.from({ length: takes }, (_, at) =>
    windows[at % windows.length]?.take('alice', amount),
  )
  const outcomes = await Promise.all(each.map((outcome) => Promise.resolve(outcome)))
  return outcomes.filter((outcome) => outcome === undefined).length
}

describe('a limit that several processes count together', () => {
  test.each([1, 2, 3])(
    'lets no more than the limit through, and no tenth less, by %i',
    async (count) => {
      const { windows } = processes(count)
      const through = await admitted(windows, 1_000)
      expect(through).toBeLessThanOrEqual(100)
      expect(through).toBeGreaterThanOrEqual(90)
    },
  )

  test.each([
    [200, 6],
    [200, 25],
    [60, 50],
    [300, 100],
    [5, 6],
    [3, 1_000],
  ])('lets through no tenth less of %i by %i, however uneven', async (limit, count) => {
    const even = processes(count, { limit })
    expect(await admitted(even.windows, 2 * limit)).toBeGreaterThanOrEqual(0.9 * limit)
    const uneven = processes(count, { limit })
    // The user meets each process once, and then the last one alone.
    const once = await admitted(uneven.windows, Math.min(count, limit))
    const rest = await admitted(uneven.windows.slice(-1), 2 * limit)
    expect(once + rest).toBeLessThanOrEqual(limit)
    expect(once + rest).toBeGreaterThanOrEqual(0.9 * limit)
  })

  test.each([
    [2, 20],
    [6, 50],
    [10, 100],
  ])('of 300, asks the store rarely by %i: %i times', async (count, most) => {
    const { first, time } = processes(count, { limit: 300 })
    await admitted([first], 1_000)
    expect(time.asked).toBeLessThanOrEqual(most + 1)
  })

  test('asks the store a twentieth as often as it lets something through, and not for refusals', async () => {
    const { windows, time } = processes(1)
    await admitted(windows, 10_000)
    expect(time.asked).toBeLessThanOrEqual(21)
  })

  test('lets a user through again when the minute is over, and says when that is', async () => {
    const { windows, first, time } = processes(2)
    await admitted(windows, 1_000)
    time.nowMs += 20_000
    expect(await first.take('alice', 1)).toEqual({ retryAfterSeconds: 40, repeated: true })
    time.nowMs += 40_001
    expect(await first.take('alice', 1)).toBeUndefined()
  })

  test('counts each user apart, and each name', async () => {
    const { windows, first, store } = processes(1)
    await admitted(windows, 1_000)
    expect(await first.take('bob', 100)).toBeUndefined()
    const other = new SharedWindow({ limit: 100, store, keys: KEYS, name: 'other', instances: 1 })
    expect(await other.take('alice', 100)).toBeUndefined()
  })

  test('counts all of an amount or nothing of it', async () => {
    const { first } = processes(1)
    expect(await first.take('alice', 101)).toMatchObject({ repeated: false })
    expect(await first.take('alice', 60)).toBeUndefined()
    expect(await first.take('alice', 60)).toMatchObject({ repeated: true })
  })

  test('knows what was spent elsewhere beyond the limit', async () => {
    const { windows, time } = processes(2)
    const [one, two] = windows
    one?.spend('alice', 300)
    await Promise.resolve()
    two?.spend('alice', 1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(one?.overdraft('alice')).toMatchObject({ retryAfterSeconds: 60 })
    expect(two?.overdraft('alice')).toMatchObject({ retryAfterSeconds: 60 })
    expect(one?.overdraft('bob')).toBeUndefined()
    time.nowMs += 60_001
    expect(one?.overdraft('alice')).toBeUndefined()
  })

  test('lets each process have its part while the store is away, and never throws', async () => {
    const { windows, store, first } = processes(2)
    await store.close()
    const through = await admitted(windows, 1_000)
    expect(through).toBe(100)
    first.spend('bob', 51)
    await new Promise((resolve) => setImmediate(resolve))
    expect(first.overdraft('bob')).toBeDefined()
  })

  test.each([
    [3, 6],
    [10, 6],
    [200, 6],
    [1, 1_000],
  ])('while the store is away, lets %i through on average by %i', async (limit, count) => {
    let rolled = 0
    // Each part of the interval once: what chance is on average.
    const random = () => (rolled++ % count) / count
    const { windows, store } = processes(count, { limit, random })
    await store.close()
    expect(await admitted(windows, 3 * count * Math.ceil(limit / count))).toBe(limit)
    // Who was refused is refused again in the same minute.
    expect(await admitted(windows, 3 * count)).toBe(0)
  })

  test('keeps no name of a user in the store', async () => {
    const { windows, time } = processes(1)
    await admitted(windows, 1)
    expect([...time.keys].join()).toMatch(/^l:test:[\w-]{43}$/)
  })
})

test('the store has a digest of the user that follows from the master key', async () => {
  const keysWith = async (master: string): Promise<readonly string[]> => {
    const seen: string[] = []
    const store: Pick<Store, 'run'> = {
      run: (_script, { keys }) => {
        seen.push(...keys)
        return Promise.resolve([1, 60_000, 1])
      },
    }
    const keys = [new Secret(master.repeat(32)), new Secret('former'.repeat(6))]
    await new SharedWindow({ limit: 1, store, keys, name: 'a', instances: 1 }).take('user', 1)
    return seen
  }
  const [mine, again, other] = [await keysWith('a'), await keysWith('a'), await keysWith('b')]
  expect(mine).toHaveLength(1)
  expect(again).toEqual(mine)
  expect(other).not.toEqual(mine)
  expect(mine[0]).not.toContain(hash('sha256', 'user', 'base64url'))
})

test('a minute of the store that would not end is none: the limit is asked about again', async () => {
  let nowMs = 1_000_000
  const asked: number[] = []
  const store: Pick<Store, 'run'> = {
    run: () => {
      asked.push(nowMs)
      return Promise.resolve([0, 300_000_000_000, 5])
    },
  }
  const clock = (): number => nowMs
  const window = new SharedWindow({ limit: 5, store, keys: KEYS, name: 'a', instances: 1, clock })
  expect((await window.take('user', 1))?.retryAfterSeconds).toBe(60)
  nowMs += 60_000
  await window.take('user', 1)
  expect(asked).toEqual([1_000_000, 1_060_000])
})
