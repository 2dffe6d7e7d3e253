import { describe, expect, test } from 'vitest'
import { CachedDocument } from '../../../src/http/cached-document.js'
import { deferred, type Deferred } from '../outcomes.js'

const STALE_AGE = 100_000

/** A document whose loads the test settles by hand, in a time that the test sets. */
function setUp() {
  const time = { now: 1_000_000_000 }
  const loads: Deferred<string>[] = []
  const document = new CachedDocument<string>({
    load: () => {
      const load = deferred<string>()
      loads.push(load)
      return load.promise
    },
    ...{ clock: () => time.now, maxAgeMs: 10_000, staleAgeMs: STALE_AGE, cooldownMs: 3_000 },
  })
  const settle = (value: string | Error): void => {
    const load = loads.at(-1)
    if (value instanceof Error) load?.reject(value)
    else load?.resolve(value)
  }
  const loaded = async (value: string): Promise<void> => {
    const got = document.get()
    settle(value)
    await got
  }
  return { document, time, loads, settle, loaded }
}

describe('a clock that is set back', () => {
  test('CachedDocument renews a copy in the background whose age nobody knows since the clock was set back', async () => {
    const { document, time, loads, loaded } = setUp()
    await loaded('one')
    time.now -= 1_000_000
    expect(await document.get()).toBe('one')
    expect(loads).toHaveLength(2)
  })

  test('CachedDocument keeps a copy whose renewals fail for no longer because the clock was set back', async () => {
    const { document, time, loaded, settle } = setUp()
    await loaded('one')
    time.now -= 1_000_000
    expect(await document.get()).toBe('one')
    settle(new Error('outage'))
    time.now += STALE_AGE
    const got = document.get()
    settle(new Error('outage'))
    await expect(got).rejects.toThrow('outage')
  })

  test('CachedDocument loads again after a failure from before the clock was set back', async () => {
    const { document, time, settle } = setUp()
    const failed = document.get()
    settle(new Error('outage'))
    await expect(failed).rejects.toThrow('outage')
    time.now -= 1_000_000
    const got = document.get()
    settle('one')
    expect(await got).toBe('one')
  })
})
