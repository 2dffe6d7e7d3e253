import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  FairRateLimiter,
  type FairRateLimiterOptions,
} from '../../../src/exchange/fair-rate-limiter.js'
import type { RateLimit } from '../../../src/exchange/rate-limits.js'
import { ManualClock, settled } from '../../helpers/exchange-clock.js'
import { failureOf } from '../outcomes.js'

function setUp(options: Partial<FairRateLimiterOptions> = {}) {
  const time = new ManualClock()
  const limiter = new FairRateLimiter({
    perSecond: 8,
    ...options,
    clock: time.clock,
    timers: time.timers,
  })
  const start = time.clock()
  /** When a turn came, in milliseconds from the start. */
  const turns: number[] = []
  const queue = (times: number): void => {
    for (let call = 0; call < times; call += 1) {
      limiter.acquire(`user-${call}`, new AbortController().signal).then(
        () => turns.push(time.clock() - start),
        () => undefined,
      )
    }
  }
  const limit = (changes: Partial<RateLimit>): RateLimit => ({
    ...{ limit: 10, remaining: 10, resetAtMs: time.clock() + 10_000 },
    ...changes,
  })
  return { time, limiter, turns, queue, limit }
}

describe("the authorization server's rate limit", () => {
  test("the authorization server's rate limit changes nothing while at least half of it is left", async () => {
    const { limiter, turns, queue, limit } = setUp()
    limiter.follow([limit({ remaining: 5 })])
    queue(5)
    await settled()
    expect(turns).toEqual([0, 0, 0, 0, 0])
  })

  test("the authorization server's rate limit slows exchanges down as less of it is left", async () => {
    const elapsed: number[] = []
    for (const remaining of [4, 3, 2]) {
      const { time, limiter, turns, queue, limit } = setUp()
      limiter.follow([limit({ remaining })])
      queue(2)
      await time.advance(10_000)
      elapsed.push(turns[1] ?? NaN)
    }
    expect(elapsed).toEqual([2_500, 3_334, 5_000])
  })

  test("the authorization server's rate limit is never exceeded: no more begins before it starts anew than was left", async () => {
    const remaining = fc.integer({ min: 0, max: 12 })
    const seconds = fc.integer({ min: 1, max: 50 })
    await fc.assert(
      fc.asyncProperty(remaining, seconds, fc.boolean(), async (left, until, known) => {
        const { time, limiter, turns, queue, limit } = setUp()
        const resetAtMs = time.clock() + until * 1_000
        limiter.follow([limit({ remaining: left, limit: known ? 12 : undefined, resetAtMs })])
        queue(30)
        await time.advance(120_000)
        const before = turns.filter((at) => at < until * 1_000)
        expect(before.length).toBeLessThanOrEqual(left)
      }),
      { numRuns: 40 },
    )
  })

  test("the authorization server's rate limit is waited out by those who come while nothing is left for a moment", async () => {
    const { time, limiter, turns, queue, limit } = setUp()
    limiter.follow([limit({ remaining: 0, resetAtMs: time.clock() + 1_500 })])
    queue(2)
    await time.advance(1_499)
    expect(turns).toEqual([])
    await time.advance(500)
    expect(turns).toEqual([1_500, 1_500])
  })

  test("the authorization server's rate limit sends those away who come while nothing is left for longer, with the time to come back", async () => {
    const { time, limiter, limit } = setUp()
    limiter.follow([limit({ remaining: 1 })])
    await limiter.acquire('alice', new AbortController().signal)
    const { details } = await failureOf(limiter.acquire('bob', new AbortController().signal))
    expect(details).toMatchObject({ reason: 'held_back', retryAfterSeconds: 10 })
    await time.advance(10_000)
    await limiter.acquire('bob', new AbortController().signal)
  })

  test("the authorization server's rate limit takes the narrowest of several, and none that is for some users alone", async () => {
    const { time, limiter, turns, queue, limit } = setUp()
    limiter.follow([
      limit({ remaining: 10 }),
      limit({ remaining: 2 }),
      limit({ remaining: 0, partitioned: true }),
    ])
    queue(2)
    await time.advance(9_000)
    expect(turns).toEqual([0, 5_000])
  })

  test("the authorization server's rate limit is forgotten once a later answer says that enough is left", async () => {
    const { time, limiter, turns, queue, limit } = setUp()
    limiter.follow([limit({ remaining: 1 })])
    queue(1)
    await settled()
    limiter.follow([limit({ remaining: 9 })])
    queue(3)
    await time.advance(1_000)
    expect(turns).toHaveLength(4)
  })

  test.each<[string, Partial<RateLimit>]>([
    ['a reset in a hundred years', { remaining: 0, resetAtMs: 5e15 }],
    ['a reset that is no time at all', { remaining: 0, resetAtMs: Infinity }],
    ['a reset in a hundred years, with little left', { remaining: 1, resetAtMs: 5e15 }],
    ['a reset that is no number', { remaining: 0, resetAtMs: NaN }],
    ['a reset before time began', { remaining: 0, resetAtMs: -5e15 }],
    ['more left than there is', { limit: 1, remaining: 9e15 }],
    ['a limit of nothing', { limit: 0, remaining: 0 }],
    ['less than nothing left', { limit: 10, remaining: -5 }],
  ])(
    "the authorization server's rate limit holds nobody longer than a minute for %s",
    async (_, changes) => {
      const { time, limiter, turns, queue, limit } = setUp()
      limiter.follow([limit(changes)])
      await time.advance(60_000)
      queue(3)
      await time.advance(1)
      expect(turns).toHaveLength(3)
    },
  )

  test("the authorization server's rate limit holds nobody longer than a minute where our clock is set back", async () => {
    const { time, limiter, turns, queue, limit } = setUp()
    limiter.follow([limit({ remaining: 0, resetAtMs: time.clock() + 50_000 })])
    time.jump(-3_600_000)
    queue(2)
    await time.advance(1_000)
    expect(turns).toHaveLength(2)
  })

  test("the authorization server's rate limit leaves no timer behind", async () => {
    const { time, limiter, queue, limit } = setUp()
    limiter.follow([limit({ remaining: 2 })])
    queue(4)
    await time.advance(60_000)
    expect(time.pending).toBe(0)
  })
})
