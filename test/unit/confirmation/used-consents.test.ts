import { describe, expect, test } from 'vitest'
import { UsedConsents } from '../../../src/confirmation/used-consents.js'

describe('used consents', () => {
  const remembering = (bounds: { maxPerUser?: number; max?: number } = {}) => {
    const time = { nowMs: 0 }
    const used = new UsedConsents({ clock: () => time.nowMs, ...bounds })
    const take = (user: string, nonce: string, expiresAtMs = 1_000) =>
      used.take(user, { nonce, expiresAtMs })
    return { time, take }
  }
  const taken = { giveBack: expect.any(Function) as () => void }

  test('count once each', () => {
    const { take } = remembering()
    expect(take('alice', 'a')).toEqual(taken)
    expect(take('alice', 'a')).toBe('used')
    expect(take('alice', 'b')).toEqual(taken)
  })

  test('count once more after they were given back, and once alone', () => {
    const { take } = remembering()
    const first = take('alice', 'a')
    if (typeof first === 'string') throw new Error(first)
    first.giveBack()
    expect(take('alice', 'a')).toEqual(taken)
    expect(take('alice', 'a')).toBe('used')
  })

  test('are none while too many of one user are remembered, and other users are not met', () => {
    const { time, take } = remembering({ maxPerUser: 2 })
    take('alice', 'a')
    take('alice', 'b')
    expect(take('alice', 'c')).toBe('full')
    expect(take('bob', 'c')).toEqual(taken)
    expect(take('alice', 'a')).toBe('used')
    time.nowMs = 1_000
    expect(take('alice', 'd', 2_000)).toEqual(taken)
  })

  test('are none while too many of all users are remembered, until some have expired', () => {
    const { time, take } = remembering({ max: 2 })
    take('alice', 'a')
    take('bob', 'b', 5_000)
    expect(take('carol', 'c')).toBe('full')
    time.nowMs = 1_000
    expect(take('carol', 'c', 5_000)).toEqual(taken)
    expect(take('dave', 'd', 5_000)).toBe('full')
    expect(take('bob', 'b', 5_000)).toBe('used')
  })
})
