import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FairRateLimiterOptions } from '../../../src/exchange/fair-rate-limiter.js'
import type { RateLimit } from '../../../src/exchange/rate-limits.js'
import { settled } from '../../helpers/exchange-clock.js'
import { failureOf } from '../outcomes.js'
import { setUpLimiter } from './fair-rate-limiter-support.js'

function setUp(options: Partial<FairRateLimiterOptions> = {}) {
  const { time, limiter } = setUpLimiter({ perSecond: 8, ...options })
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

  test("the authorization server's rate limit is waited out where two seconds are left of it, and no longer", async () => {
    for (const [untilMs, expected] of [
      [2_000, [0, 2_000]],
      [2_001, [0]],
    ] as const) {
      const { time, limiter, turns, queue, limit } = setUp()
      limiter.follow([limit({ remaining: 1, resetAtMs: time.clock() + untilMs })])
      queue(2)
      await time.advance(5_000)
      expect(turns).toEqual(expected)
    }
  })

  test("the authorization server's rate limit holds all back for a minute where nothing is left for so long", async () => {
    const { time, limiter, limit } = setUp()
    limiter.follow([limit({ remaining: 0, resetAtMs: time.clock() + 60_000 })])
    const { details } = await failureOf(limiter.acquire('bob', new AbortController().signal))
    expect(details).toMatchObject({ reason: 'held_back', retryAfterSeconds: 60 })
  })

  test("the authorization server's rate limit holds all back for a second where nothing is left and nobody knows for how long", async () => {
    const { time, limiter, turns, queue, limit } = setUp()
    limiter.follow([limit({ remaining: 0, resetAtMs: undefined })])
    queue(1)
    await time.advance(2_000)
    expect(turns).toEqual([1_000])
  })

  test("the authorization server's rate limit sends those away who wait, once an answer says that nothing is left of one of several", async () => {
    const { time, limiter, turns, limit } = setUp({ perSecond: 1 })
    const refused: unknown[] = []
    for (const user of ['alice', 'bob']) {
      limiter
        .acquire(user, new AbortController().signal)
        .catch((error: unknown) => refused.push(error))
    }
    limiter.follow([limit({ remaining: 0 }), limit({ remaining: 9 })])
    await settled()
    expect(refused).toMatchObject([{ details: { reason: 'held_back', retryAfterSeconds: 10 } }])
    await time.advance(20_000)
    expect(turns).toEqual([])
  })

  test("the authorization server's rate limit leaves those waiting who wait for it to start anew, where an answer says nothing of it", async () => {
    const { time, limiter, turns, queue, limit } = setUp()
    limiter.follow([limit({ remaining: 2 })])
    queue(3)
    await time.advance(6_000)
    limiter.follow([])
    await time.advance(4_000)
    expect(turns).toEqual([0, 5_000, 10_000])
  })

  test("the authorization server's rate limit lets nothing out at once that was saved up while it was nearly used up", async () => {
    const { time, limiter, turns, queue, limit } = setUp()
    limiter.follow([limit({ remaining: 4, resetAtMs: time.clock() + 20_000 })])
    await time.advance(15_000)
    queue(3)
    await settled()
    expect(turns).toHaveLength(1)
  })

  test("the authorization server's rate limit lets nothing out at once, as it starts anew, that was saved up before it was nearly used up", async () => {
    const { time, limiter, turns, queue, limit } = setUp()
    limiter.follow([limit({ remaining: 4, resetAtMs: time.clock() + 100 })])
    await time.advance(100)
    queue(8)
    await settled()
    expect(turns).toHaveLength(1)
  })

  test.each([false, true])(
    "the authorization server's rate limit is the one of several that allows the lowest rate, whichever comes first (reversed: %s)",
    async (reversed) => {
      const { time, limiter, turns, queue, limit } = setUp()
      const limits = [
        limit({ remaining: 3, resetAtMs: time.clock() + 1_000 }),
        limit({ remaining: 4, resetAtMs: time.clock() + 40_000 }),
      ]
      limiter.follow(reversed ? limits.toReversed() : limits)
      queue(2)
      await time.advance(15_000)
      expect(turns).toEqual([0, 10_000])
    },
  )

  test.each([false, true])(
    "the authorization server's rate limit is the one of several that has least left, where none slows down (reversed: %s)",
    async (reversed) => {
      const { limiter, turns, queue, limit } = setUp({ perSecond: 100 })
      const limits = [limit({ remaining: 9 }), limit({ limit: 8, remaining: 6 })]
      limiter.follow(reversed ? limits.toReversed() : limits)
      queue(20)
      await settled()
      expect(turns).toHaveLength(6)
    },
  )

  test.each<[string, (now: number) => readonly RateLimit[]]>([
    ['nothing', () => []],
    ['a reset alone', (now) => [{ limit: 10, resetAtMs: now + 5_000 }]],
    ['what is left until now', (now) => [{ limit: 10, remaining: 9, resetAtMs: now }]],
  ])(
    "the authorization server's rate limit stays what it was where a later answer tells %s",
    async (_, told) => {
      const { time, limiter, turns, queue, limit } = setUp()
      limiter.follow([limit({ remaining: 2 })])
      limiter.follow(told(time.clock()))
      queue(2)
      await time.advance(9_000)
      expect(turns).toEqual([0, 5_000])
    },
  )

  test.each<[string, Partial<RateLimit>, readonly number[]]>([
    ['unknown', { limit: undefined, remaining: 2 }, [0, 5_000]],
    ['smaller than what is left', { limit: 1, remaining: 5 }, [0, 2_000]],
  ])(
    "the authorization server's rate limit slows exchanges down where its size is %s and less is left than a second takes",
    async (_, changes, expected) => {
      const { time, limiter, turns, queue, limit } = setUp()
      limiter.follow([limit(changes)])
      queue(2)
      await time.advance(9_000)
      expect(turns).toEqual(expected)
    },
  )

  test("the authorization server's rate limit slows nothing down where all of it is left", async () => {
    const { limiter, turns, queue, limit } = setUp({ perSecond: 20 })
    limiter.follow([limit({ limit: 10, remaining: 10 })])
    queue(10)
    await settled()
    expect(turns).toHaveLength(10)
  })

  test("the authorization server's rate limit leaves no timer behind", async () => {
    const { time, limiter, queue, limit } = setUp()
    limiter.follow([limit({ remaining: 2 })])
    queue(4)
    await time.advance(60_000)
    expect(time.pending).toBe(0)
  })
})
