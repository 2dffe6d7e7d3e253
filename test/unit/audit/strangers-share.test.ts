import { expect, test } from 'vitest'
import type { CallsLeftOutRecord } from '../../../src/audit/audit-record-schema.js'
import { StrangersShare } from '../../../src/audit/strangers-share.js'

function share(perMinute: number) {
  const written: CallsLeftOutRecord[] = []
  const timers: { readonly delayMs: number; readonly run: () => void }[] = []
  let nowMs = 1_000
  const strangers = new StrangersShare({
    perMinute,
    clock: () => nowMs,
    write: (record) => void written.push(record),
    timers: {
      after: (delayMs, run) => {
        timers.push({ delayMs, run })
        return { cancel: () => undefined }
      },
    },
  })
  const minute = (): void => {
    nowMs += 60_000
    timers.shift()?.run()
  }
  return { strangers, written, timers, minute }
}

test('each outcome of calls without a token has its own number of records a minute', () => {
  const { strangers } = share(2)
  const admitted = (outcome: 'no_credentials' | 'invalid_token') =>
    [1, 2, 3].map(() => strangers.admits(outcome, true))
  expect(admitted('no_credentials')).toEqual([true, true, false])
  expect(admitted('invalid_token')).toEqual([true, true, false])
})

test('at the end of the minute one record for each outcome says how many calls have none', () => {
  const { strangers, written, timers, minute } = share(1)
  for (let call = 0; call < 5; call += 1) strangers.admits('no_credentials', true)
  strangers.admits('invalid_token', true)
  expect(timers.map(({ delayMs }) => delayMs)).toEqual([60_000])
  minute()
  expect(written).toMatchObject([
    {
      record: 'calls_left_out',
      outcome: 'no_credentials',
      count: 4,
      time: new Date(1_000).toISOString(),
      durationMs: 60_000,
    },
  ])
  expect(strangers.admits('no_credentials', true)).toBe(true)
  expect(timers).toHaveLength(1)
})

test('a call whose record finds no place is counted among those without one', () => {
  const { strangers, written } = share(1)
  expect(strangers.admits('no_credentials', false)).toBe(false)
  expect(strangers.admits('no_credentials', true)).toBe(true)
  strangers.end()
  expect(written).toMatchObject([{ count: 1 }])
})

test('the end of a share is not told twice', () => {
  const { strangers, written, minute } = share(0)
  strangers.admits('no_credentials', true)
  strangers.end()
  minute()
  expect(written).toHaveLength(1)
})
