import { describe, expect, test } from 'vitest'
import { judgeTrend, type Sample } from './report/trend.js'

const MB = 1_000_000
const BOUND = { perHour: 4 * MB, inAll: MB }
const MINUTES_22 = 22 * 60_000

/** 100 samples within 22 minutes: a level, what it gains in an hour, and noise that is the same in each run of the test. */
function samples(perHour: number, noise: number): Sample[] {
  return Array.from({ length: 100 }, (_, index) => {
    const atMs = (index * MINUTES_22) / 99
    const random = Math.abs(Math.sin(index * 12.9898) * 43_758.5453) % 1
    return { atMs, value: 40 * MB + (perHour * atMs) / 3_600_000 + noise * (random - 0.5) }
  })
}

describe('the judge of a soak', () => {
  test('the judge of a soak finds a level with noise of several megabytes flat', () => {
    expect(judgeTrend(samples(0, 6 * MB), BOUND).flat).toBe(true)
  })

  test('the judge of a soak finds a leak that noise hides from the eye', () => {
    const trend = judgeTrend(samples(12 * MB, 3 * MB), BOUND)
    expect(trend.flat).toBe(false)
    expect(trend.perHour).toBeGreaterThan(10 * MB)
    expect(trend.perHour).toBeLessThan(14 * MB)
  })

  test('the judge of a soak is not misled by single peaks, wherever they are', () => {
    for (const places of [
      [0, 1, 2],
      [97, 98, 99],
      [10, 50, 99],
    ]) {
      const peaks = samples(0, MB).map((sample, index) =>
        places.includes(index) ? { ...sample, value: 400 * MB } : sample,
      )
      expect(judgeTrend(peaks, BOUND).flat).toBe(true)
    }
  })

  test('the judge of a soak still finds a leak whose last sample happens to be low', () => {
    const dipped = [...samples(12 * MB, MB), { atMs: MINUTES_22 + 10_000, value: 30 * MB }]
    expect(judgeTrend(dipped, BOUND).flat).toBe(false)
  })

  test('the judge of a soak takes what falls for flat', () => {
    expect(judgeTrend(samples(-30 * MB, MB), BOUND).flat).toBe(true)
  })

  test('the judge of a soak allows a short run what noise comes to, and a long one what an hour may bring', () => {
    const line = (hours: number, gained: number): Sample[] =>
      Array.from({ length: 10 }, (_, index) => ({
        atMs: (index * hours * 3_600_000) / 9,
        value: (index * gained) / 9,
      }))
    expect(judgeTrend(line(0.02, 0.9 * MB), BOUND).flat).toBe(true)
    expect(judgeTrend(line(0.02, 1.1 * MB), BOUND).flat).toBe(false)
    expect(judgeTrend(line(2, 7.9 * MB), BOUND).flat).toBe(true)
    expect(judgeTrend(line(2, 8.1 * MB), BOUND).flat).toBe(false)
  })

  test('the judge of a soak refuses to judge what is too little', () => {
    expect(() => judgeTrend(samples(0, 0).slice(0, 7), BOUND)).toThrow(RangeError)
    const atOnce = samples(0, 0).map((sample) => ({ ...sample, atMs: 5 }))
    expect(() => judgeTrend(atOnce, BOUND)).toThrow(RangeError)
  })
})
