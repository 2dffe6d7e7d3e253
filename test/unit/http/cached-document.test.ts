import { describe, expect, test } from 'vitest'
import { Allowance } from '../../../src/http/allowance.js'
import { CachedDocument } from '../../../src/http/cached-document.js'
import { deferred, type Deferred } from '../outcomes.js'

const MAX_AGE = 10_000
const STALE_AGE = 100_000
const COOLDOWN = 3_000

class Withdrawn extends Error {}

/** A document whose loads the test settles by hand, in a time that the test sets. */
function setUp(cooldownMs = COOLDOWN) {
  const time = { now: 1_000_000 }
  const loads: Deferred<string>[] = []
  const failures: unknown[] = []
  const document = new CachedDocument<string>({
    load: () => {
      const load = deferred<string>()
      loads.push(load)
      return load.promise
    },
    clock: () => time.now,
    maxAgeMs: MAX_AGE,
    staleAgeMs: STALE_AGE,
    cooldownMs,
    onFailure: (error) => failures.push(error),
    endsCopy: (error) => error instanceof Withdrawn,
  })
  /** Three at once, then one each cool-down. */
  const allowance = new Allowance({ clock: () => time.now, burst: 3, refillMs: cooldownMs })
  const refresh = (): Promise<string | undefined> => document.refresh(allowance)
  const settle = (value: string | Error): void => {
    const load = loads.at(-1)
    if (value instanceof Error) load?.reject(value)
    else load?.resolve(value)
  }
  /** Settles the load under way and waits until the document knows of it. */
  const finish = async (value: string | Error): Promise<void> => {
    const flight = refresh().catch(() => undefined)
    settle(value)
    await flight
  }
  const loaded = async (value: string): Promise<void> => {
    const got = document.get()
    settle(value)
    await got
  }
  return { document, refresh, time, loads, failures, settle, finish, loaded }
}

describe('get', () => {
  test('CachedDocument.get loads nothing before it is asked', () => {
    expect(setUp().loads).toHaveLength(0)
  })

  test('CachedDocument.get lets many callers share one load', async () => {
    const { document, loads, settle } = setUp()
    const callers = Array.from({ length: 50 }, () => document.get())
    settle('one')
    expect(await Promise.all(callers)).toEqual(Array.from({ length: 50 }, () => 'one'))
    expect(loads).toHaveLength(1)
  })

  test('CachedDocument.get serves a young copy without a load', async () => {
    const { document, time, loads, loaded } = setUp()
    await loaded('one')
    time.now += MAX_AGE - 1
    expect(await document.get()).toBe('one')
    expect(loads).toHaveLength(1)
  })

  test('CachedDocument.get serves an old copy at once while one load in the background renews it', async () => {
    const { document, time, loads, loaded, finish } = setUp()
    await loaded('one')
    time.now += MAX_AGE
    expect(await document.get()).toBe('one')
    expect(await document.get()).toBe('one')
    expect(loads).toHaveLength(2)
    await finish('two')
    expect(await document.get()).toBe('two')
    expect(loads).toHaveLength(2)
  })

  test('CachedDocument.get counts the age of a renewed copy from its own load', async () => {
    const { document, time, loads, loaded, finish } = setUp()
    await loaded('one')
    time.now += MAX_AGE
    await document.get()
    await finish('two')
    time.now += MAX_AGE - 1
    await document.get()
    expect(loads).toHaveLength(2)
  })

  test('CachedDocument.get goes on serving the copy while renewals fail, and tells of each failure', async () => {
    const { document, time, failures, loaded, finish } = setUp()
    await loaded('one')
    const outage = new Error('outage')
    for (const age of [MAX_AGE, COOLDOWN, COOLDOWN]) {
      time.now += age
      expect(await document.get()).toBe('one')
      await finish(outage)
    }
    expect(await document.get()).toBe('one')
    expect(failures).toEqual([outage, outage, outage])
  })

  test('CachedDocument.get tries one renewal per cool-down while they fail', async () => {
    const { document, time, loads, loaded, finish } = setUp()
    await loaded('one')
    time.now += MAX_AGE
    await document.get()
    await finish(new Error('outage'))
    time.now += COOLDOWN - 1
    await document.get()
    expect(loads).toHaveLength(2)
    time.now += 1
    await document.get()
    expect(loads).toHaveLength(3)
  })

  test('CachedDocument.get serves the copy up to the stale age, and not beyond', async () => {
    const { document, time, loads, loaded, settle } = setUp()
    await loaded('one')
    time.now += STALE_AGE - 1
    const outage = document.get()
    settle(new Error('outage'))
    expect(await outage).toBe('one')
    time.now += 1_000
    const late = document.get()
    settle(new Error('still out'))
    await expect(late).rejects.toThrow('still out')
    expect(loads).toHaveLength(3)
  })

  test('CachedDocument.get waits for the new document where the copy is too old', async () => {
    const { document, time, loaded, settle } = setUp()
    await loaded('one')
    time.now += STALE_AGE
    const waiting = document.get()
    settle('two')
    expect(await waiting).toBe('two')
  })

  test('[S16.3] get waits for a renewal after a rest, and one load serves all who come meanwhile', async () => {
    const { document, time, loads, loaded, settle } = setUp()
    await loaded('one')
    time.now += 2 * MAX_AGE
    const waiting = [document.get(), document.get()]
    settle('two')
    expect(await Promise.all(waiting)).toEqual(['two', 'two'])
    expect(loads).toHaveLength(2)
  })

  test('[S16.3] get serves the copy after a rest where the renewal fails, and makes nobody wait again', async () => {
    const { document, time, loads, loaded, settle } = setUp()
    await loaded('one')
    time.now += 2 * MAX_AGE
    const waiting = document.get()
    settle(new Error('outage'))
    expect(await waiting).toBe('one')
    time.now += COOLDOWN
    expect(await document.get()).toBe('one')
    expect(loads).toHaveLength(3)
  })

  test('[S16.3] get serves the copy no longer where the failed load says that it holds no longer', async () => {
    const { document, time, loads, loaded, finish, settle } = setUp()
    await loaded('one')
    await finish(new Withdrawn('withdrawn'))
    time.now += 1_000
    const late = document.get()
    settle(new Withdrawn('still withdrawn'))
    await expect(late).rejects.toThrow('still withdrawn')
    expect(loads).toHaveLength(3)
  })

  test('CachedDocument.get rejects all callers of a failed load with its error', async () => {
    const { document, loads, settle } = setUp()
    const outage = new Error('outage')
    const callers = [document.get(), document.get()]
    settle(outage)
    const outcomes = await Promise.allSettled(callers)
    expect(
      outcomes.map((outcome): unknown => outcome.status === 'rejected' && outcome.reason),
    ).toEqual([outage, outage])
    expect(loads).toHaveLength(1)
  })

  test.each([
    ['one second, under a longer cool-down', 30_000, 1_000],
    ['the cool-down, where that is shorter', 200, 200],
  ])('CachedDocument.get remembers a first failure for %s', async (_what, cooldownMs, memoryMs) => {
    const { document, time, loads, settle } = setUp(cooldownMs)
    const first = document.get()
    settle(new Error('outage'))
    await expect(first).rejects.toThrow('outage')
    time.now += memoryMs - 1
    await expect(document.get()).rejects.toThrow('outage')
    expect(loads).toHaveLength(1)
    time.now += 1
    const next = document.get()
    settle('one')
    expect(await next).toBe('one')
    expect(loads).toHaveLength(2)
  })
})

describe('refresh', () => {
  test('CachedDocument.refresh loads anew once the cool-down is over', async () => {
    const { document, refresh, time, loads, loaded, settle } = setUp()
    await loaded('one')
    time.now += COOLDOWN
    const fresh = refresh()
    settle('two')
    expect(await fresh).toBe('two')
    expect(await document.get()).toBe('two')
    expect(loads).toHaveLength(2)
  })

  test('CachedDocument.refresh loads anew even right after the first load: a key may have come just then', async () => {
    const { refresh, loads, loaded, settle } = setUp()
    await loaded('one')
    const fresh = refresh()
    settle('two')
    expect(await fresh).toBe('two')
    expect(loads).toHaveLength(2)
  })

  test('CachedDocument.refresh gives nothing once the allowance is used up, until it has grown again', async () => {
    const { refresh, time, loads, loaded, finish, settle } = setUp()
    await loaded('one')
    for (const value of ['two', 'three', 'four']) await finish(value)
    time.now += COOLDOWN - 1
    expect(await refresh()).toBeUndefined()
    expect(loads).toHaveLength(4)
    time.now += 1
    const fresh = refresh()
    settle('five')
    expect(await fresh).toBe('five')
  })

  test('CachedDocument.refresh is one load for all who ask', async () => {
    const { refresh, time, loads, loaded, settle } = setUp()
    await loaded('one')
    time.now += COOLDOWN
    const callers = Array.from({ length: 50 }, () => refresh())
    settle('two')
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['two']))
    expect(loads).toHaveLength(2)
  })

  test('CachedDocument.refresh loads where there is nothing yet', async () => {
    const { refresh, settle } = setUp()
    const fresh = refresh()
    settle('one')
    expect(await fresh).toBe('one')
  })

  test('CachedDocument.refresh rejects where the last load failed, while get goes on serving the copy', async () => {
    const { document, refresh, time, loads, loaded, finish } = setUp()
    await loaded('one')
    for (let times = 0; times < 3; times += 1) await finish(new Error('outage'))
    time.now += COOLDOWN - 1
    await expect(refresh()).rejects.toThrow('outage')
    expect(await document.get()).toBe('one')
    expect(loads).toHaveLength(4)
  })

  test('CachedDocument.refresh forgets a failure as soon as a load succeeds', async () => {
    const { refresh, time, loaded, finish } = setUp()
    await loaded('one')
    for (let times = 0; times < 3; times += 1) await finish(new Error('outage'))
    time.now += COOLDOWN
    await finish('two')
    expect(await refresh()).toBeUndefined()
  })

  test('CachedDocument.refresh has its whole allowance again after the clock was set back', async () => {
    const { refresh, time, loaded, finish, settle } = setUp()
    await loaded('one')
    await finish('two')
    time.now -= 100 * COOLDOWN
    const fresh = refresh()
    settle('three')
    expect(await fresh).toBe('three')
  })
})
