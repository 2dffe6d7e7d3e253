import { describe, expect, test } from 'vitest'
import { UserWindow } from '../../../src/limits/user-window.js'

describe('what users use up in a minute', () => {
  test('[S3] what users use up in a minute is counted by amount, for each user apart, and begins anew after a minute', () => {
    let now = 1_000_000
    const window = new UserWindow({ limit: 60, clock: () => now })
    expect(window.take('alice', 50)).toBeUndefined()
    expect(window.take('alice', 11)).toEqual({ retryAfterSeconds: 60, repeated: false })
    expect(window.take('bob', 60)).toBeUndefined()
    now += 59_000
    expect(window.take('alice', 11)).toEqual({ retryAfterSeconds: 1, repeated: true })
    expect(window.take('alice', 10)).toBeUndefined()
    now += 1_000
    expect(window.take('alice', 60)).toBeUndefined()
  })

  test('[S2] what has been used up already counts also where it is too much', () => {
    let now = 0
    const window = new UserWindow({ limit: 100, clock: () => now })
    window.spend('alice', 100)
    expect(window.overdraft('alice')).toBeUndefined()
    window.spend('alice', 1)
    expect(window.overdraft('alice')).toEqual({ retryAfterSeconds: 60, repeated: false })
    expect(window.overdraft('bob')).toBeUndefined()
    now += 60_000
    expect(window.overdraft('alice')).toBeUndefined()
  })

  test('a clock that was set back opens a new minute instead of holding users for hours', () => {
    let now = 100_000_000
    const window = new UserWindow({ limit: 1, clock: () => now })
    window.spend('alice', 2)
    now -= 50_000_000
    expect(window.overdraft('alice')).toBeUndefined()
  })
})
