import { expect, test } from 'vitest'
import { UserHolds } from '../../../src/exchange/user-holds.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { failureThrownBy } from '../outcomes.js'

function setUp() {
  const time = new ManualClock()
  const holds = new UserHolds({ clock: time.clock })
  const refusal = () => {
    const { details } = failureThrownBy(() => holds.tryAcquire('alice'))
    return [details.reason, details.retryAfterSeconds]
  }
  const fail = (times: number): void => {
    for (let call = 0; call < times; call += 1) holds.failed('alice')
  }
  return { time, holds, refusal, fail }
}

test('a user is held back until the very time that was said', () => {
  const { time, holds, refusal } = setUp()
  holds.pauseUntil('alice', time.clock() + 5_000)
  expect(refusal()).toEqual(['held_back', 5])
  time.jump(4_001)
  expect(refusal()).toEqual(['held_back', 1])
  time.jump(999)
  expect(holds.tryAcquire('alice')).toBe(false)
})

test('a user is held back for a minute at most, and not where our clock is set back', () => {
  const { time, holds, refusal } = setUp()
  holds.pauseUntil('alice', time.clock() + 3_600_000)
  expect(refusal()).toEqual(['held_back', 60])
  time.jump(-1)
  expect(holds.tryAcquire('alice')).toBe(false)
})

test('a user is held back after failures in a row, which one success ends', () => {
  const { holds, refusal, fail } = setUp()
  fail(4)
  holds.succeeded('alice')
  fail(4)
  expect(holds.tryAcquire('alice')).toBe(false)
  fail(1)
  expect(refusal()).toEqual(['breaker_open', 10])
})

test('a user is held back by a 429 also where an exchange that began before succeeds', () => {
  const { time, holds, refusal, fail } = setUp()
  fail(4)
  holds.limited('alice', time.clock() + 5_000)
  holds.succeeded('alice')
  expect(refusal()).toEqual(['held_back', 5])
  time.jump(5_000)
  // The failures before it are taken back.
  fail(1)
  expect(holds.tryAcquire('alice')).toBe(false)
})

test('a user may try again where the call that tried says nothing, and another call does not end it', () => {
  const { time, holds, refusal, fail } = setUp()
  fail(5)
  time.jump(10_000)
  expect(holds.tryAcquire('alice')).toBe(true)
  holds.release('alice', false)
  expect(refusal()[0]).toBe('breaker_open')
  holds.release('alice', true)
  expect(holds.tryAcquire('alice')).toBe(true)
})

test('a user who meets a 429 is told from another who met one within the last minute', () => {
  const { time, holds } = setUp()
  const met = (user: string): boolean => holds.limited(user, time.clock() + 1_000)
  expect([met('alice'), met('alice'), met('bob')]).toEqual([false, false, true])
  time.jump(60_000)
  expect(met('carol')).toBe(true)
  time.jump(60_001)
  expect(met('dave')).toBe(false)
})
