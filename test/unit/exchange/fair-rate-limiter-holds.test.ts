import { describe, expect, test } from 'vitest'
import { settled } from '../../helpers/exchange-clock.js'
import { failureOf } from '../outcomes.js'
import { setUpLimiter } from './fair-rate-limiter-support.js'

describe('a hold', () => {
  test('a hold refuses whoever comes, and says for how long', async () => {
    const { time, limiter, refusal } = setUpLimiter()
    limiter.pauseUntil(time.clock() + 30_000)
    expect(await refusal('alice')).toEqual(['exchange_unavailable', 'held_back', 30])
    time.jump(29_001)
    expect(await refusal('alice')).toEqual(['exchange_unavailable', 'held_back', 1])
  })

  test('a hold is over by itself', async () => {
    const { time, limiter, turns, queue } = setUpLimiter()
    limiter.pauseUntil(time.clock() + 30_000)
    time.jump(30_000)
    queue('alice')
    await settled()
    expect(turns).toEqual(['alice'])
  })

  test('a hold refuses those who wait already, and leaves room for those who come after', async () => {
    const { time, limiter, turns, ask, queue } = setUpLimiter({ maxWaiting: 2 })
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
    const { time, limiter, refusal } = setUpLimiter()
    limiter.pauseUntil(time.clock() + 30_000)
    limiter.pauseUntil(time.clock() + 5_000)
    limiter.pauseUntil(time.clock() - 5_000)
    expect(await refusal('alice')).toEqual(['exchange_unavailable', 'held_back', 30])
  })

  test('a hold of two seconds is waited out, and a longer one is not', async () => {
    const { time, limiter, turns, ask, queue } = setUpLimiter()
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
    const { time, limiter, refusal } = setUpLimiter()
    limiter.pauseUntil(time.clock() + 60_000)
    expect(await refusal('alice')).toEqual(['exchange_unavailable', 'held_back', 60])
    limiter.pauseUntil(time.clock() + 90_000)
    expect(await refusal('alice')).toEqual(['exchange_unavailable', 'held_back', 60])
  })

  test('a hold until no time at all sends nobody away who waits', async () => {
    const { time, limiter, turns, queue } = setUpLimiter()
    queue('first')
    queue('alice')
    limiter.pauseUntil(NaN)
    await time.advance(1_000)
    expect(turns).toEqual(['first', 'alice'])
  })

  test('a hold until a time that is over holds nobody', async () => {
    const { time, limiter, turns, queue } = setUpLimiter()
    limiter.pauseUntil(time.clock())
    queue('alice')
    await settled()
    expect(turns).toEqual(['alice'])
  })
})
