import { describe, expect, test } from 'vitest'
import { CircuitBreaker } from '../../../src/exchange/circuit-breaker.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { failureThrownBy } from '../outcomes.js'

function setUp(options: { readonly threshold?: number; readonly openMs?: number } = {}) {
  const time = new ManualClock()
  const breaker = new CircuitBreaker({ ...options, clock: time.clock })
  const refused = () => {
    const { code, details } = failureThrownBy(() => {
      breaker.tryAcquire()
    })
    return [code, details.reason, details.retryAfterSeconds]
  }
  const fail = (times: number): void => {
    for (let time = 0; time < times; time += 1) {
      breaker.tryAcquire()
      breaker.failed()
    }
  }
  return { time, breaker, refused, fail }
}

describe('a circuit breaker', () => {
  test('a circuit breaker lets everybody through while all goes well', () => {
    const { breaker } = setUp()
    for (let call = 0; call < 20; call += 1) {
      breaker.tryAcquire()
      breaker.succeeded()
    }
  })

  test('a circuit breaker lets nobody through after 5 failures in a row, and says when to come back', () => {
    const { time, fail, refused } = setUp()
    fail(5)
    expect(refused()).toEqual(['exchange_unavailable', 'breaker_open', 10])
    time.jump(3_500)
    expect(refused()).toEqual(['exchange_unavailable', 'breaker_open', 7])
    time.jump(6_499)
    expect(refused()).toEqual(['exchange_unavailable', 'breaker_open', 1])
  })

  test('a circuit breaker takes threshold and time from its options', () => {
    const { time, fail, refused, breaker } = setUp({ threshold: 2, openMs: 60_000 })
    fail(2)
    expect(refused()).toEqual(['exchange_unavailable', 'breaker_open', 60])
    time.jump(60_000)
    breaker.tryAcquire()
  })

  test('a circuit breaker counts failures in a row alone', () => {
    const { breaker, fail, refused } = setUp()
    fail(4)
    breaker.tryAcquire()
    breaker.succeeded()
    fail(4)
    breaker.tryAcquire()
    breaker.failed()
    expect(refused()[1]).toBe('breaker_open')
  })

  test('a circuit breaker takes an end that says nothing for neither', () => {
    const { breaker, fail, refused } = setUp()
    fail(4)
    for (let call = 0; call < 10; call += 1) {
      breaker.tryAcquire()
      breaker.release()
    }
    fail(1)
    expect(refused()[1]).toBe('breaker_open')
  })

  test('a circuit breaker tries the server with a single call when the time is up', () => {
    const { time, breaker, fail, refused } = setUp()
    fail(5)
    time.jump(10_000)
    breaker.tryAcquire()
    expect(refused()).toEqual(['exchange_unavailable', 'breaker_open', 1])
  })

  test('a circuit breaker lets everybody through again when that call succeeds', () => {
    const { time, breaker, fail } = setUp()
    fail(5)
    time.jump(10_000)
    breaker.tryAcquire()
    breaker.succeeded()
    breaker.tryAcquire()
    breaker.tryAcquire()
  })

  test('a circuit breaker waits as long again when that call fails', () => {
    const { time, breaker, fail, refused } = setUp()
    fail(5)
    time.jump(12_000)
    breaker.tryAcquire()
    breaker.failed()
    expect(refused()).toEqual(['exchange_unavailable', 'breaker_open', 10])
    time.jump(9_999)
    expect(refused()).toEqual(['exchange_unavailable', 'breaker_open', 1])
    time.jump(1)
    breaker.tryAcquire()
  })

  test('a circuit breaker tells the call that tries the server from any other', () => {
    const { time, breaker, fail } = setUp()
    expect(breaker.tryAcquire()).toBe(false)
    fail(5)
    time.jump(10_000)
    expect(breaker.tryAcquire()).toBe(true)
    breaker.succeeded()
    expect(breaker.tryAcquire()).toBe(false)
  })

  test('a circuit breaker lets nobody else try when another call than that one says nothing', () => {
    const { time, breaker, fail, refused } = setUp()
    fail(5)
    time.jump(10_000)
    breaker.tryAcquire()
    breaker.release(false)
    expect(refused()[1]).toBe('breaker_open')
    breaker.release(true)
    expect(breaker.tryAcquire()).toBe(true)
  })

  test('a circuit breaker lets the next one try when that call says nothing', () => {
    const { time, breaker, fail, refused } = setUp()
    fail(5)
    time.jump(10_000)
    breaker.tryAcquire()
    breaker.release()
    breaker.tryAcquire()
    expect(refused()[1]).toBe('breaker_open')
  })

  test('a circuit breaker whose clock is set back tries the server at once, and is not shut until the clock has caught up', () => {
    const { time, breaker, fail, refused } = setUp()
    fail(5)
    time.jump(-2 * 60 * 60_000)
    expect(breaker.tryAcquire()).toBe(true)
    expect(refused()).toEqual(['exchange_unavailable', 'breaker_open', 1])
    breaker.failed()
    expect(refused()).toEqual(['exchange_unavailable', 'breaker_open', 10])
  })
})
