import { describe, expect, test } from 'vitest'
import { SharedRateShare } from '../../../src/exchange/rate-share.js'
import { digestedKey } from '../../../src/store/digested-key.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import type { StoreScript } from '../../../src/store/store-script.js'

/** Instances that share a rate, and timers that run by hand. */
function instances(count: number) {
  const time = { nowMs: 1_000_000 }
  const store = createMemoryStore({ clock: () => time.nowMs })
  let due: (() => void)[] = []
  const timers = {
    after: (_delayMs: number, run: () => void) => {
      due.push(run)
      return { cancel: () => undefined }
    },
  }
  const shares = Array.from(
    { length: count },
    () => new SharedRateShare({ store, instances: count, name: 'https://issuer.example/', timers }),
  )
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
  }
  return {
    ...{ shares, store, time, settled },
    fractions: () => shares.map(({ fraction }) => fraction),
    /** One beat of each instance that has any. */
    beat: async () => {
      time.nowMs += 1_000
      const running = due
      due = []
      for (const run of running) {
        run()
        await settled()
      }
    },
  }
}

const note = (share: SharedRateShare | undefined, ...users: readonly string[]): void => {
  for (const user of users) share?.note(user)
}

describe('instances that share a rate', () => {
  test('have nothing of it before the store has said what is free', async () => {
    const { shares, fractions, settled } = instances(4)
    expect(fractions()).toEqual([0, 0, 0, 0])
    note(shares[1], 'a')
    await settled()
    expect(fractions()).toEqual([0, 1, 0, 0])
  })

  test('have nothing of it that its owner has not given back', async () => {
    const { shares, fractions, settled, beat } = instances(2)
    note(shares[0], 'a')
    await settled()
    note(shares[1], 'b')
    await settled()
    expect(fractions()).toEqual([1, 0])
    note(shares[0], 'a')
    note(shares[1], 'b')
    await beat()
    expect(fractions()).toEqual([0.5, 0.5])
  })

  test('have as much of it as their waiting users, also while nobody comes', async () => {
    const { shares, fractions, settled, beat } = instances(2)
    const waiting = ['a', 'b', 'c']
    shares[0]?.join({ waiting: () => waiting, changed: () => undefined })
    note(shares[0], 'a')
    await settled()
    for (let at = 0; at < 6; at += 1) {
      note(shares[1], 'd')
      await beat()
    }
    expect(fractions()).toEqual([0.75, 0.25])
    waiting.length = 1
    note(shares[1], 'd')
    await beat()
    note(shares[1], 'd')
    await beat()
    expect(fractions()).toEqual([0.5, 0.5])
  })

  test('have their part for themselves where somebody else keeps all of it in the store', async () => {
    const { shares, fractions, beat, store } = instances(4)
    shares[0]?.join({ waiting: () => ['a'], changed: () => undefined })
    const stranger: StoreScript = {
      lua: '',
      inMemory(memory, { keys: [key = ''] }) {
        memory.set(key, `f0 1 1000000 ${memory.nowMs() + 2_000};`, 2_000)
        return []
      },
    }
    for (let at = 0; at < 30; at += 1) {
      await store.run(stranger, { keys: [digestedKey('r', 'https://issuer.example/')], args: [] })
      note(shares[0], 'a')
      await beat()
      if (at < 10) expect(fractions()[0]).toBe(0)
    }
    expect(fractions()[0]).toBe(0.25)
  })

  test('have as much of it as they have of the users', async () => {
    const { shares, fractions, beat } = instances(2)
    for (let at = 0; at < 4; at += 1) {
      note(shares[0], 'a', 'b', 'c')
      note(shares[1], 'd')
      await beat()
    }
    expect(fractions()).toEqual([0.75, 0.25])
  })

  test('leave all of it to the only one that has users, also when another one has stopped', async () => {
    const { shares, fractions, beat, settled, time } = instances(2)
    note(shares[0], 'a')
    note(shares[1], 'b')
    await settled()
    // The second one was ended: it says nothing any more.
    time.nowMs += 6_000
    note(shares[0], 'a')
    await beat()
    expect(fractions()[0]).toBe(1)
  })

  test('have one part of so many instances while the store cannot be had', async () => {
    const { shares, fractions, beat, settled, store } = instances(2)
    note(shares[0], 'a')
    await settled()
    expect(fractions()[0]).toBe(1)
    await store.close()
    note(shares[0], 'a')
    await beat()
    expect(fractions()[0]).toBe(0.5)
  })

  test('say no more once nobody wants a turn', async () => {
    const { shares, beat, settled, store, time } = instances(2)
    note(shares[0], 'a')
    await settled()
    for (let at = 0; at < 4; at += 1) await beat()
    time.nowMs += 1
    expect(shares[0]?.fraction).toBe(0)
    note(shares[1], 'b')
    await settled()
    expect(shares[1]?.fraction).toBe(1)
    await store.close()
  })
})
