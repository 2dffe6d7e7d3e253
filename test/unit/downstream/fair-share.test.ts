import { describe, expect, test } from 'vitest'
import { FairShare, type Release } from '../../../src/downstream/fair-share.js'

/** Enters for users in turn, and notes who got in. */
function entering(share: FairShare) {
  const entered: string[] = []
  const places = new Map<string, Release[]>()
  const refused: string[] = []
  return {
    entered,
    refused,
    enter: async (user: string, signal?: AbortSignal): Promise<void> => {
      try {
        const release = await share.acquire(user, signal)
        entered.push(user)
        places.set(user, [...(places.get(user) ?? []), release])
      } catch (error) {
        refused.push((error as { details?: { reason?: string } }).details?.reason ?? String(error))
      }
    },
    leave: async (user: string): Promise<void> => {
      places.get(user)?.shift()?.()
      await new Promise(setImmediate)
    },
  }
}

describe('the places for calls of an API', () => {
  test('[S3] a user has their share and no more; another user has a place at once', async () => {
    const share = new FairShare({ places: 8, placesPerUser: 2 })
    const { entered, enter } = entering(share)
    void Promise.all(Array.from({ length: 20 }, () => enter('greedy')))
    await enter('quiet')
    expect(entered).toEqual(['greedy', 'greedy', 'quiet'])
  })

  test('[S3] a user who gives one place back has one more, and not their whole share', async () => {
    const share = new FairShare({ places: 8, placesPerUser: 3 })
    const { entered, enter, leave } = entering(share)
    for (let turn = 0; turn < 3; turn += 1) await enter('greedy')
    await leave('greedy')
    entered.length = 0
    void Promise.all(Array.from({ length: 5 }, () => enter('greedy')))
    await enter('quiet')
    expect(entered).toEqual(['greedy', 'quiet'])
  })

  test('[S3] when all places are taken, those who wait take turns', async () => {
    const share = new FairShare({ places: 2, placesPerUser: 2 })
    const { entered, enter, leave } = entering(share)
    await enter('greedy')
    await enter('greedy')
    void Promise.all(
      ['greedy', 'greedy', 'greedy', 'bob', 'bob', 'carol'].map((user) => enter(user)),
    )
    entered.length = 0
    for (let turn = 0; turn < 6; turn += 1) await leave(entered[turn - 1] ?? 'greedy')
    expect(entered).toEqual(['greedy', 'bob', 'carol', 'greedy', 'bob', 'greedy'])
  })

  test('[S3] whoever has the most waiting is refused first when too many wait', async () => {
    const share = new FairShare({ places: 1, placesPerUser: 1, maxWaiting: 3 })
    const { enter, refused, entered, leave } = entering(share)
    await enter('greedy')
    void Promise.all(Array.from({ length: 4 }, () => enter('greedy')))
    await new Promise(setImmediate)
    expect(refused).toEqual(['too_many_calls'])
    void enter('quiet')
    await new Promise(setImmediate)
    expect(refused).toEqual(['too_many_calls', 'too_many_calls'])
    await leave('greedy')
    await leave('greedy')
    expect(entered).toContain('quiet')
  })

  test('a call that leaves while it waits takes no place', async () => {
    const share = new FairShare({ places: 1, placesPerUser: 1 })
    const { enter, entered, refused, leave } = entering(share)
    await enter('alice')
    const gone = new AbortController()
    void enter('alice', gone.signal)
    void enter('bob')
    gone.abort(new Error('gone'))
    await new Promise(setImmediate)
    await leave('alice')
    expect(entered).toEqual(['alice', 'bob'])
    expect(refused).toEqual(['Error: gone'])
    await leave('bob')
    await enter('carol', AbortSignal.abort(new Error('before')))
    expect(refused).toEqual(['Error: gone', 'Error: before'])
    await enter('dave')
    expect(entered).toEqual(['alice', 'bob', 'dave'])
  })

  describe('while the API is slow', () => {
    /** Two places, for calls that may take ten seconds in all; `takes` lets two calls end after so long. */
    async function slowShare() {
      let nowMs = 0
      const share = new FairShare({
        ...{ places: 2, placesPerUser: 1, maxMs: 10_000 },
        stopwatch: () => nowMs,
      })
      const refused: string[] = []
      const waiting: Promise<Release>[] = []
      const ask = (user: string): void => {
        const asked = share.acquire(user, undefined)
        asked.catch(() => refused.push(user))
        waiting.push(asked)
      }
      const pass = (ms: number): number => (nowMs += ms)
      const running = await Promise.all([
        share.acquire('a', undefined),
        share.acquire('b', undefined),
      ])
      return { ask, refused, waiting, pass, running, share }
    }

    test('one user whose calls take long does not have calls of others refused', async () => {
      const { ask, refused, pass, running, share } = await slowShare()
      for (const release of running) release()
      for (const user of ['c', 'd', 'e']) {
        const release = await share.acquire(user, undefined)
        pass(100)
        release()
      }
      for (let call = 0; call < 30; call += 1) {
        const release = await share.acquire('slow', undefined)
        pass(9_900)
        release()
      }
      for (const user of ['f', 'g', 'h', 'i', 'j', 'k']) ask(user)
      await new Promise(setImmediate)
      expect(refused).toEqual([])
    })

    test('no more calls wait than can end in time, as long as calls took of late, and further ones are refused at once', async () => {
      const { ask, refused, waiting, pass, running } = await slowShare()
      ask('c')
      ask('d')
      pass(2_000)
      for (const release of running) release()
      // Four rounds of two seconds are left for those who wait behind the two that run.
      for (let user = 0; user < 10; user += 1) ask(`user-${user}`)
      await new Promise(setImmediate)
      expect(refused).toEqual(['user-8', 'user-9'])
      expect((await Promise.all(waiting.slice(0, 2))).length).toBe(2)
    })

    test('calls that wait already are refused when it turns out that they cannot end in time', async () => {
      const { ask, refused, pass, running } = await slowShare()
      for (let user = 0; user < 10; user += 1) ask(`user-${user}`)
      await new Promise(setImmediate)
      expect(refused).toEqual([])
      pass(5_000)
      for (const release of running) release()
      await new Promise(setImmediate)
      expect(refused).toHaveLength(7)
    })

    test('whoever waits with the most calls is refused first, and a user with one is not', async () => {
      const { ask, refused, pass, running } = await slowShare()
      for (let calls = 0; calls < 6; calls += 1) ask('greedy')
      ask('quiet')
      pass(5_000)
      for (const release of running) release()
      await new Promise(setImmediate)
      expect(new Set(refused)).toEqual(new Set(['greedy']))
    })
  })

  test('a place that is given back twice is one place', async () => {
    const share = new FairShare({ places: 1, placesPerUser: 1 })
    const release = await share.acquire('alice', undefined)
    release()
    release()
    await share.acquire('alice', undefined)
    const { enter, entered } = entering(share)
    void enter('bob')
    await new Promise(setImmediate)
    expect(entered).toEqual([])
  })
})
