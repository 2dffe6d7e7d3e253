import { describe, expect, test } from 'vitest'
import { SharedBreaker } from '../../../src/exchange/shared-breaker.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { failureThrownBy } from '../outcomes.js'

function setUp(threshold: number) {
  const time = new ManualClock()
  const breaker = new SharedBreaker({ threshold, clock: time.clock })
  const fail = (user: string, times = 1): void => {
    for (let call = 0; call < times; call += 1) breaker.failed(user, 'perhaps_one', false)
  }
  /** Whether the next call is let through, and as what; or for how long none is, in seconds. */
  const next = (): 'probe' | 'plain' | number | undefined => {
    try {
      return breaker.tryAcquire() ? 'probe' : 'plain'
    } catch {
      return failureThrownBy(() => breaker.tryAcquire()).details.retryAfterSeconds
    }
  }
  return { time, breaker, fail, next }
}

describe('the breaker of all users opens', () => {
  test('the breaker of all users opens after failures of two users', () => {
    const { fail, next } = setUp(4)
    fail('alice', 2)
    fail('bob')
    expect(next()).toBe('plain')
    fail('bob')
    expect(next()).toBe(10)
  })

  test('the breaker of all users opens after failures of one user and others that speak for themselves', () => {
    const { breaker, fail, next } = setUp(4)
    fail('alice', 2)
    breaker.failed('alice', 'everybody', false)
    expect(next()).toBe('plain')
    breaker.failed('alice', 'everybody', false)
    expect(next()).toBe(10)
  })

  test('the breaker of all users opens by the failures of the hundred users who failed first, and no further ones', () => {
    const { fail, next } = setUp(150)
    for (let user = 0; user < 200; user += 1) fail(`user-${user}`)
    for (let user = 0; user < 49; user += 1) fail(`user-${user}`)
    expect(next()).toBe('plain')
    fail('user-49')
    expect(next()).toBe(10)
  })
})

describe('the breaker of all users, once it is open,', () => {
  const opened = () => {
    const all = setUp(4)
    all.fail('alice', 2)
    all.fail('bob', 2)
    return all
  }

  test('the breaker of all users, once it is open, stays so for longer by a late failure that speaks for itself', () => {
    const { time, breaker, next } = opened()
    time.jump(9_000)
    expect(breaker.failed('carol', 'everybody', false)).toBe(false)
    expect(next()).toBe(10)
    time.jump(10_000)
    expect(next()).toBe('probe')
  })

  test.each(['alice', 'carol'])(
    'the breaker of all users, once it is open, learns nothing from a late failure that may be one user’s own: %s',
    (user) => {
      const { time, breaker, next } = opened()
      time.jump(9_000)
      expect(breaker.failed(user, 'perhaps_one', false)).toBe(false)
      time.jump(1_000)
      expect(next()).toBe('probe')
    },
  )

  test('the breaker of all users, once it is open, lets another user try where one who failed before has failed again', () => {
    const { time, breaker, next } = opened()
    time.jump(10_000)
    expect(next()).toBe('probe')
    expect(breaker.failed('alice', 'perhaps_one', true)).toBe(true)
    expect(next()).toBe('probe')
  })

  test('the breaker of all users, once it is open, stays so where one who had not failed before fails', () => {
    const { time, breaker, next } = opened()
    time.jump(10_000)
    expect(next()).toBe('probe')
    expect(breaker.failed('carol', 'perhaps_one', true)).toBe(false)
    expect(next()).toBe(10)
  })

  test('the breaker of all users, once it is open, lets nobody else try while one does, whatever late failures come', () => {
    const { time, breaker, next } = opened()
    time.jump(10_000)
    expect(next()).toBe('probe')
    breaker.failed('bob', 'perhaps_one', false)
    expect(next()).toBe(1)
  })

  test('the breaker of all users, once it is open, lets the next one try where the one who tried says nothing', () => {
    const { time, breaker, next } = opened()
    time.jump(10_000)
    expect(next()).toBe('probe')
    breaker.release(false)
    expect(next()).toBe(1)
    breaker.release()
    expect(next()).toBe('probe')
  })
})
