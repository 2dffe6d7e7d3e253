import { describe, expect, test } from 'vitest'
import {
  FairRateLimiter,
  type FairRateLimiterOptions,
} from '../../../src/exchange/fair-rate-limiter.js'
import { ManualClock, settled } from '../../helpers/exchange-clock.js'
import { failureOf } from '../outcomes.js'

function setUp(options: Partial<FairRateLimiterOptions> = {}) {
  const time = new ManualClock()
  const limiter = new FairRateLimiter({
    perSecond: 1,
    ...options,
    clock: time.clock,
    timers: time.timers,
  })
  /** Who had a turn, in order. */
  const turns: string[] = []
  const ask = (user: string, signal = new AbortController().signal): Promise<void> =>
    limiter.acquire(user, signal).then(() => {
      turns.push(user)
    })
  /** Asks, and does not care what comes of it. */
  const queue = (user: string, times = 1): void => {
    for (let time = 0; time < times; time += 1) ask(user).catch(() => undefined)
  }
  const refusal = async (user: string) => {
    const { code, details } = await failureOf(ask(user))
    return [code, details.reason, details.retryAfterSeconds]
  }
  return { time, limiter, turns, ask, queue, refusal }
}

describe('a hold', () => {
  test('a hold refuses whoever comes, and says for how long', async () => {
    const { time, limiter, refusal } = setUp()
    limiter.pauseUntil(time.clock() + 30_000)
    expect(await refusal('alice')).toEqual(['exchange_unavailable', 'held_back', 30])
    time.jump(29_001)
    expect(await refusal('alice')).toEqual(['exchange_unavailable', 'held_back', 1])
  })

  test('a hold is over by itself', async () => {
    const { time, limiter, turns, queue } = setUp()
    limiter.pauseUntil(time.clock() + 30_000)
    time.jump(30_000)
    queue('alice')
    await settled()
    expect(turns).toEqual(['alice'])
  })

  test('a hold refuses those who wait already, and leaves room for those who come after', async () => {
    const { time, limiter, turns, ask, queue } = setUp({ maxWaiting: 2 })
    queue('first')
    const waiting = [failureOf(ask('alice')), failureOf(ask('bob'))]
    limiter.pauseUntil(time.clock() + 5_000)
    const reasons = (await Promise.all(waiting)).map(({ details }) => details.reason)
    expect(reasons).toEqual(['held_back', 'held_back'])
    await time.advance(5_000)
    queue('carol', 3)
    await time.advance(10_000)
    expect(turns).toEqual(['first', 'carol', 'carol', 'carol'])
  })

  test('a hold is never cut short by another', async () => {
    const { time, limiter, refusal } = setUp()
    limiter.pauseUntil(time.clock() + 30_000)
    limiter.pauseUntil(time.clock() + 5_000)
    limiter.pauseUntil(time.clock() - 5_000)
    expect(await refusal('alice')).toEqual(['exchange_unavailable', 'held_back', 30])
  })

  test('a hold of two seconds is waited out, and a longer one is not', async () => {
    const { time, limiter, turns, ask, queue } = setUp()
    queue('first')
    const refused: unknown[] = []
    ask('alice').catch((error: unknown) => refused.push(error))
    limiter.pauseUntil(time.clock() + 2_000)
    limiter.pauseUntil(time.clock() + 500)
    await time.advance(1_999)
    expect([turns, refused]).toEqual([['first'], []])
    await time.advance(1)
    expect(turns).toEqual(['first', 'alice'])
    ask('bob').catch((error: unknown) => refused.push(error))
    limiter.pauseUntil(time.clock() + 2_001)
    await settled()
    expect(refused).toMatchObject([{ details: { reason: 'held_back', retryAfterSeconds: 3 } }])
  })

  test('a hold is a minute long at most', async () => {
    const { time, limiter, refusal } = setUp()
    limiter.pauseUntil(time.clock() + 60_000)
    expect(await refusal('alice')).toEqual(['exchange_unavailable', 'held_back', 60])
    limiter.pauseUntil(time.clock() + 90_000)
    expect(await refusal('alice')).toEqual(['exchange_unavailable', 'held_back', 60])
  })

  test('a hold until no time at all sends nobody away who waits', async () => {
    const { time, limiter, turns, queue } = setUp()
    queue('first')
    queue('alice')
    limiter.pauseUntil(NaN)
    await time.advance(1_000)
    expect(turns).toEqual(['first', 'alice'])
  })

  test('a hold until a time that is over holds nobody', async () => {
    const { time, limiter, turns, queue } = setUp()
    limiter.pauseUntil(time.clock())
    queue('alice')
    await settled()
    expect(turns).toEqual(['alice'])
  })
})
