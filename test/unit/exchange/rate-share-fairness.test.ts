import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FairRateLimiter } from '../../../src/exchange/fair-rate-limiter.js'
import { SharedRateShare, type RateShareMember } from '../../../src/exchange/rate-share.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import { ManualClock } from '../../helpers/exchange-clock.js'

interface Turn {
  readonly user: string
  readonly askedMs: number
  readonly atMs: number
}

/** Instances that share a rate, and the turns that their users have had. */
function startInstances(count: number, perSecond: number, maxWaitMs?: number) {
  const time = new ManualClock()
  const { clock, timers } = time
  const store = createMemoryStore({ clock })
  const startMs = clock()
  const limiters = Array.from({ length: count }, () => {
    const share = new SharedRateShare({ store, instances: count, name: 'https://as/', timers })
    return new FairRateLimiter({ perSecond, maxWaitMs, share, clock, timers })
  })
  const turns: Turn[] = []
  const refused: string[] = []
  const ask = async (at: number, user: string): Promise<void> => {
    const askedMs = clock() - startMs
    try {
      await limiters[at % count]?.acquire(user, new AbortController().signal)
      turns.push({ user, askedMs, atMs: clock() - startMs })
    } catch {
      refused.push(user)
    }
  }
  /** Asks again as soon as it has had its turn. */
  const askAlways = async (at: number, user: string): Promise<void> => {
    while (refused.length === 0) await ask(at, user)
  }
  return { time, store, turns, refused, ask, askAlways }
}

/** The most turns that anybody could count in a time of this length. */
function mostWithin(turns: readonly Turn[], windowMs: number): number {
  let first = 0
  return turns.reduce((most, { atMs }, at) => {
    while ((turns[first]?.atMs ?? 0) <= atMs - windowMs) first += 1
    return Math.max(most, at - first + 1)
  }, 0)
}

const countOf = (turns: readonly Turn[], user: string): number =>
  turns.filter((turn) => turn.user === user).length

/** Who comes, where, when in the first ten seconds, and how often at once. */
const arrivals = fc.array(
  fc.record({
    instance: fc.nat(5),
    atMs: fc.nat(10_000),
    users: fc.integer({ min: 1, max: 40 }),
    calls: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 12 },
)

describe('a rate that instances share', () => {
  test('is not exceeded in any five seconds, whoever comes when and where', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 2, max: 30 }),
        fc.nat(6),
        arrivals,
        async (instances, perSecond, always, given) => {
          const { time, turns, ask, askAlways } = startInstances(instances, perSecond)
          for (let at = 0; at < always; at += 1) void askAlways(at, `always ${at}`)
          let nowMs = 0
          for (const [group, one] of given.toSorted((a, b) => a.atMs - b.atMs).entries()) {
            await time.advance(one.atMs - nowMs)
            nowMs = one.atMs
            for (let user = 0; user < one.users; user += 1) {
              for (let call = 0; call < one.calls; call += 1)
                void ask(one.instance, `${group}/${user}`)
            }
          }
          await time.advance(20_000 - nowMs)
          // What a quiet second saves, and the one exchange that each instance may begin with.
          const most = 5 * perSecond + perSecond + instances
          expect(mostWithin(turns, 5_000)).toBeLessThanOrEqual(most)
        },
      ),
      { numRuns: 60 },
    )
  }, 60_000)

  test('is all used while anybody waits, and each user who always waits has the same of it', async () => {
    const { time, turns, askAlways } = startInstances(3, 10)
    const users = [
      ...['a0', 'a1', 'a2'].map((user) => [0, user, 3] as const),
      ...Array.from({ length: 12 }, (_, at) => [1, `b${at}`, 1] as const),
      [2, 'c', 1] as const,
    ]
    for (const [at, user, calls] of users) {
      for (let call = 0; call < calls; call += 1) void askAlways(at, user)
    }
    await time.advance(30_000)
    const settled = turns.filter(({ atMs }) => atMs > 5_000)
    expect(settled.length).toBeGreaterThanOrEqual(0.95 * 250)
    expect(settled.length).toBeLessThanOrEqual(1.05 * 250)
    for (const [, user] of users) {
      expect(countOf(settled, user)).toBeGreaterThanOrEqual(14)
      expect(countOf(settled, user)).toBeLessThanOrEqual(18)
    }
  })

  test('is kept, and shared by users, while many wait for seconds for one exchange each', async () => {
    const { time, turns, ask, askAlways } = startInstances(2, 10)
    for (let at = 0; at < 8; at += 1) void askAlways(1, `always ${at}`)
    await time.advance(1_500)
    for (let at = 0; at < 60; at += 1) void ask(0, `once ${at}`)
    await time.advance(11_000)
    const once = turns.filter(({ user }) => user.startsWith('once'))
    expect(once).toHaveLength(60)
    // Of 10 turns a second, n of n + 8 are theirs while n wait: the last has its turn after 9.3 seconds.
    expect(Math.max(...once.map(({ atMs, askedMs }) => atMs - askedMs))).toBeLessThanOrEqual(10_000)
    const between = turns.filter(({ atMs }) => atMs > 3_000 && atMs <= 8_000)
    expect(between.length).toBeLessThanOrEqual(1.1 * 50)
    expect(between.length).toBeGreaterThanOrEqual(0.9 * 50)
    expect(between.filter(({ user }) => user.startsWith('once')).length).toBeGreaterThan(30)
  })

  test('lets a burst through after a quiet time, as one instance does, wherever it comes', async () => {
    const { time, turns, ask } = startInstances(4, 20)
    for (const at of [0, 1, 2]) {
      await time.advance(5_000)
      for (let call = 0; call < 30; call += 1) void ask(at, `user ${call}`)
      await time.advance(5)
      expect(turns.length).toBeGreaterThanOrEqual(20 + 30 * at)
      expect(turns.length).toBeLessThanOrEqual(21 + 30 * at)
    }
  })

  test('goes to the others three seconds after an instance has ended', async () => {
    const { time, turns, store, askAlways } = startInstances(2, 10)
    const ended = new SharedRateShare({
      ...{ store, instances: 2, name: 'https://as/' },
      timers: { after: () => ({ cancel: () => undefined }) },
    })
    ended.note('its user')
    await time.advance(10)
    expect(ended.fraction).toBe(1)
    void askAlways(0, 'always')
    await time.advance(2_900)
    // Its own is the one that each may begin with.
    expect(turns).toHaveLength(1)
    await time.advance(3_100)
    expect(turns.length).toBeGreaterThanOrEqual(25)
  })
})

describe('the queue of an instance that shares a rate', () => {
  const WAIT_MS = 5_000

  test('has room for as many as get their turn by the share that their coming gives them', async () => {
    const { time, turns, refused, ask, askAlways } = startInstances(2, 8, WAIT_MS)
    for (let at = 0; at < 6; at += 1) void askAlways(1, `always ${at}`)
    await time.advance(3_000)
    for (let at = 0; at < 38; at += 1) void ask(0, `once ${at}`)
    await time.advance(10)
    // 38 of 44 users have 6.9 exchanges a second: 34 in five seconds, and one that was saved.
    expect(refused.length).toBeGreaterThanOrEqual(2)
    expect(refused.length).toBeLessThanOrEqual(4)
    await time.advance(WAIT_MS + 1_000)
    const once = turns.filter(({ user }) => user.startsWith('once'))
    expect(once).toHaveLength(38 - refused.length)
  })

  test('is as long as the part of one instance allows while the store is away', async () => {
    const { time, store, refused, ask } = startInstances(2, 8, WAIT_MS)
    await store.close()
    for (let at = 0; at < 38; at += 1) void ask(0, `once ${at}`)
    await time.advance(10)
    expect(refused).toHaveLength(38 - 21)
  })

  test('goes on at once when its share has grown, and counts the time until then at the old one', async () => {
    const time = new ManualClock()
    const { clock, timers } = time
    const members: RateShareMember[] = []
    const share = {
      ...{ fraction: 1 / 100, fractionOf: () => 1, note: () => undefined },
      join: (member: RateShareMember) => void members.push(member),
    }
    const limiter = new FairRateLimiter({ perSecond: 10, share, clock, timers })
    const { signal } = new AbortController()
    const turns: number[] = []
    const startMs = clock()
    for (let at = 0; at < 4; at += 1) {
      void limiter.acquire('user', signal).then(() => turns.push(clock() - startMs))
    }
    await time.advance(5_000)
    share.fraction = 1
    for (const member of members) member.changed({ isFirst: false, isRested: false })
    await time.advance(300)
    expect(turns).toEqual([0, 5_050, 5_150, 5_250])
  })
})
