import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { settled } from '../../helpers/exchange-clock.js'
import { failureOf } from '../outcomes.js'
import { setUpLimiter } from './fair-rate-limiter-support.js'

describe('the limiter', () => {
  test('the limiter lets a burst through at once, as large as the rate unless told otherwise', async () => {
    const { turns, queue } = setUpLimiter({ perSecond: 5 })
    queue('alice', 10)
    await settled()
    expect(turns).toHaveLength(5)
  })

  test('the limiter then keeps to the rate', async () => {
    const { time, turns, queue } = setUpLimiter({ perSecond: 4, burst: 2 })
    queue('alice', 100)
    await settled()
    expect(turns).toHaveLength(2)
    await time.advance(10_000)
    expect(turns).toHaveLength(42)
  })

  test('the limiter never lets more through in any second than rate and burst together', async () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 1_500 }), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(gaps, fc.integer({ min: 1, max: 7 }), async (waits, perSecond) => {
        const { time, ask } = setUpLimiter({ perSecond, burst: 3 })
        const at: number[] = []
        for (const wait of waits) {
          void ask('alice').then(() => at.push(time.clock()))
          await time.advance(wait)
        }
        await time.advance(60_000)
        expect(at).toHaveLength(waits.length)
        for (const start of at) {
          const within = at.filter((moment) => moment >= start && moment < start + 1_000)
          expect(within.length).toBeLessThanOrEqual(perSecond + 3)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('the limiter takes a rate below one a second', async () => {
    const { time, turns, queue } = setUpLimiter({ perSecond: 0.5 })
    queue('alice', 3)
    await settled()
    expect(turns).toHaveLength(1)
    await time.advance(2_000)
    expect(turns).toHaveLength(2)
  })

  test('the limiter counts the time that has passed since the last turn', async () => {
    const { time, turns, queue } = setUpLimiter()
    queue('alice')
    time.jump(500)
    queue('bob')
    await time.advance(499)
    expect(turns).toEqual(['alice'])
    await time.advance(1)
    expect(turns).toEqual(['alice', 'bob'])
  })

  test('the limiter keeps one timer, however many wait', () => {
    const { time, queue } = setUpLimiter()
    queue('alice', 10)
    queue('bob', 10)
    expect(time.pending).toBe(1)
  })

  test('the limiter leaves no timer behind once nobody waits', async () => {
    const { time, queue } = setUpLimiter()
    queue('alice', 3)
    await time.advance(10_000)
    expect(time.pending).toBe(0)
  })

  test('the limiter does not lend time when the clock is set back', async () => {
    const { time, turns, queue } = setUpLimiter()
    time.jump(-60_000)
    queue('alice', 3)
    await settled()
    expect(turns).toHaveLength(1)
  })
})

describe('fairness', () => {
  test('fairness gives users turns, so that one who asks for much waits for the others', async () => {
    const { time, turns, queue } = setUpLimiter()
    queue('noisy', 51)
    queue('alice')
    queue('bob')
    await time.advance(4_000)
    expect(turns).toEqual(['noisy', 'noisy', 'alice', 'bob', 'noisy'])
  })

  test('fairness lets nobody who comes overtake those who wait, also where a turn is free by then', async () => {
    const { time, turns, queue } = setUpLimiter()
    queue('first')
    queue('alice')
    time.jump(1_000)
    queue('bob')
    await settled()
    expect(turns).toEqual(['first'])
    await time.advance(2_000)
    expect(turns).toEqual(['first', 'alice', 'bob'])
  })

  test('fairness keeps the order of one user', async () => {
    const { time, ask } = setUpLimiter()
    const order: number[] = []
    for (let call = 0; call < 5; call += 1) void ask('alice').then(() => order.push(call))
    await time.advance(10_000)
    expect(order).toEqual([0, 1, 2, 3, 4])
  })

  test('fairness serves each of many users before any of them twice', async () => {
    const { time, turns, queue } = setUpLimiter()
    queue('first')
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
    for (const user of users) queue(user, 5)
    await time.advance(40_000)
    expect(turns.slice(1, 21)).toEqual(users)
    expect(turns.slice(21, 41)).toEqual(users)
  })

  test('fairness holds as well where the noisy one comes back all the time', async () => {
    const { time, turns, queue } = setUpLimiter()
    queue('noisy', 20)
    queue('alice', 3)
    for (let second = 0; second < 8; second += 1) {
      queue('noisy', 5)
      await time.advance(1_000)
    }
    expect(turns.filter((user) => user === 'alice')).toHaveLength(3)
  })

  test('fairness lets nobody fill the room for all', async () => {
    const { time, turns, queue } = setUpLimiter({ maxWaiting: 10 })
    queue('noisy', 100)
    queue('alice')
    await time.advance(3_000)
    expect(turns).toContain('alice')
  })

  test('fairness sends away the last of whoever has most, and nobody for one who has as many', async () => {
    const { ask, queue, refusal } = setUpLimiter({ maxWaiting: 4 })
    queue('first')
    queue('noisy', 3)
    const last = failureOf(ask('noisy'))
    queue('alice')
    expect((await last).details.reason).toBe('queue_full')
    queue('bob')
    expect((await refusal('alice'))[1]).toBe('queue_full')
  })
})

describe('the room for those who wait', () => {
  test('the room for those who wait is bounded', async () => {
    const { queue, refusal } = setUpLimiter({ maxWaiting: 3 })
    queue('alice', 4)
    // One exchange a second: the three that wait have had their turns by then.
    expect(await refusal('alice')).toEqual(['exchange_unavailable', 'queue_full', 3])
  })

  test('no more exchanges wait than get their turn in time, and a further one is refused at once', async () => {
    const { time, turns, queue, refusal } = setUpLimiter({ perSecond: 2, maxWaitMs: 5_000 })
    queue('alice', 2)
    for (let user = 0; user < 10; user += 1) queue(`user-${user}`)
    expect(await refusal('late')).toEqual(['exchange_unavailable', 'queue_full', 5])
    await time.advance(5_000)
    expect(turns).toHaveLength(12)
  })

  test('the room for those who wait is there again once somebody had a turn', async () => {
    const { time, turns, queue } = setUpLimiter({ maxWaiting: 3 })
    queue('alice', 4)
    await time.advance(1_000)
    queue('alice')
    await time.advance(10_000)
    expect(turns).toHaveLength(5)
  })

  test('the room for those who wait is there again once somebody left', async () => {
    const { time, turns, ask, queue } = setUpLimiter({ maxWaiting: 1 })
    queue('alice')
    const leaving = new AbortController()
    const left = ask('alice', leaving.signal).catch((error: unknown) => error)
    const why = new Error('left')
    leaving.abort(why)
    expect(await left).toBe(why)
    queue('bob')
    await time.advance(1_000)
    expect(turns).toEqual(['alice', 'bob'])
  })
})

describe('a caller that leaves', () => {
  test('a caller that leaves before it has come is not let in', async () => {
    const { ask, turns } = setUpLimiter()
    const why = new Error('left')
    await expect(ask('alice', AbortSignal.abort(why))).rejects.toBe(why)
    expect(turns).toEqual([])
  })

  test('a caller that leaves takes nobody else along, nor their turn', async () => {
    const { time, turns, ask, queue } = setUpLimiter()
    queue('first')
    const leaving = new AbortController()
    ask('alice', leaving.signal).catch(() => undefined)
    queue('alice')
    queue('bob')
    leaving.abort(new Error('left'))
    await time.advance(2_000)
    expect(turns).toEqual(['first', 'alice', 'bob'])
  })

  test('a caller that leaves after its turn changes nothing', async () => {
    const { time, turns, ask, queue } = setUpLimiter()
    const leaving = new AbortController()
    queue('first')
    const turn = ask('alice', leaving.signal)
    queue('alice')
    await time.advance(1_000)
    await turn
    leaving.abort(new Error('left'))
    await time.advance(1_000)
    expect(turns).toEqual(['first', 'alice', 'alice'])
  })
})
