import { describe, expect, test } from 'vitest'
import {
  PendingCalls,
  type PendingCall,
  type PendingCallsOptions,
} from '../../../src/confirmation/pending-calls.js'

const LIFETIME_MS = 300_000

function desk(bounds: Omit<Partial<PendingCallsOptions>, 'clock'> = {}) {
  const time = { nowMs: 1_000_000 }
  const calls = new PendingCalls({ lifetimeMs: LIFETIME_MS, clock: () => time.nowMs, ...bounds })
  const take = (subject: string, { user = 'alice', question = 'q' } = {}) =>
    calls.take({ user, question, tool: 'cancel', client: { id: 'client' }, subject })
  const waits = (subject: string, asked?: { user?: string; question?: string }): PendingCall => {
    const taken = take(subject, asked)
    if (taken === 'full' || taken.kind !== 'waiting') throw new Error(`${subject} does not wait`)
    return taken.call
  }
  const approve = (subject: string) => {
    expect(calls.decide(waits(subject).id, 'approved')).toBe(true)
    const taken = take(subject)
    if (taken === 'full' || taken.kind !== 'approved') throw new Error('not approved')
    return taken
  }
  return { time, calls, take, waits, approve }
}

describe('calls that wait for a person', () => {
  test('keep their id while they wait, and have one that nobody can guess', () => {
    const { waits } = desk()
    const { id } = waits('a')
    expect(waits('a').id).toBe(id)
    expect(waits('b').id).not.toBe(id)
    expect(id).toMatch(/^[\w-]{43}$/)
    expect(PendingCalls.isId(id)).toBe(true)
    for (const other of ['', id.slice(1), `${id}A`, `${id}\n`]) {
      expect(PendingCalls.isId(other)).toBe(false)
    }
  })

  test('count once after they were approved or declined, and are asked about anew', () => {
    const { calls, take, waits, approve } = desk()
    approve('a')
    expect(take('a')).toMatchObject({ kind: 'waiting' })
    const { id } = waits('b')
    expect(calls.decide(id, 'declined')).toBe(true)
    expect(calls.decide(id, 'approved')).toBe(false)
    expect(take('b')).toEqual({ kind: 'declined' })
    expect(waits('b').id).not.toBe(id)
    expect(calls.find(id)).toBeUndefined()
  })

  test('are gone when their time is over, and cannot be decided then', () => {
    const { time, calls, waits } = desk()
    const { id } = waits('a')
    time.nowMs += LIFETIME_MS - 1
    expect(calls.find(id)).toBeDefined()
    time.nowMs += 1
    expect(calls.find(id)).toBeUndefined()
    expect(calls.decide(id, 'approved')).toBe(false)
    expect(waits('a').id).not.toBe(id)
  })

  test('have their approval count for another lifetime, and no longer', () => {
    const { time, calls, take, waits } = desk()
    const { id } = waits('a')
    time.nowMs += LIFETIME_MS - 1
    expect(calls.decide(id, 'approved')).toBe(true)
    time.nowMs += LIFETIME_MS - 1
    expect(calls.find(id)?.state).toBe('approved')
    time.nowMs += 1
    expect(take('a')).toMatchObject({ kind: 'waiting' })
  })

  test('count once more after they were given back, once alone', () => {
    const { take, approve } = desk()
    const { giveBack } = approve('a')
    giveBack()
    giveBack()
    expect(take('a')).toMatchObject({ kind: 'approved' })
    expect(take('a')).toMatchObject({ kind: 'waiting' })
  })

  test('are not approved by what is given back where they are being asked about anew, or too late', () => {
    const { time, take, waits, approve } = desk()
    const { giveBack } = approve('a')
    const { id } = waits('a')
    giveBack()
    expect(take('a')).toMatchObject({ kind: 'waiting', call: { id } })
    const late = approve('b')
    time.nowMs += LIFETIME_MS
    late.giveBack()
    expect(take('b')).toMatchObject({ kind: 'waiting' })
  })
})

describe('whoever waits for the answer to a call', () => {
  const never = new AbortController().signal

  test('is told as soon as it is approved or declined, everybody at once', async () => {
    const { calls, waits } = desk()
    for (const state of ['approved', 'declined'] as const) {
      const { id } = waits(state)
      const told = [calls.decided(id, never), calls.decided(id, never)]
      calls.decide(id, state)
      expect(await Promise.all(told)).toEqual([true, true])
      expect(await calls.decided(id, never)).toBe(true)
    }
  })

  test('is told when its time is over, and when it is not wanted any more', async () => {
    const { time, calls, waits } = desk()
    const gone = new AbortController()
    const { id } = waits('a')
    const told = calls.decided(id, gone.signal)
    gone.abort()
    expect(await told).toBe(false)
    time.nowMs += LIFETIME_MS - 1
    expect(await calls.decided(id, never)).toBe(false)
  })
})

describe('the room for calls that wait', () => {
  test('is bounded for each user, and others are not met', () => {
    const { time, take, approve, waits } = desk({ maxPerUser: 2 })
    waits('a')
    waits('b')
    expect(take('c')).toBe('full')
    expect(waits('a')).toBeDefined()
    waits('of bob', { user: 'bob' })
    approve('a')
    waits('c')
    expect(take('d')).toBe('full')
    time.nowMs += LIFETIME_MS
    waits('d')
  })

  test('is bounded for all users together, and is free again when calls expire', () => {
    const { time, take, waits } = desk({ max: 2 })
    waits('a')
    waits('b', { user: 'bob' })
    expect(take('c', { user: 'carol' })).toBe('full')
    time.nowMs += LIFETIME_MS
    waits('c', { user: 'carol' })
  })

  test('is bounded by the length of all questions', () => {
    const { calls, take, waits } = desk({ maxCharacters: 10 })
    const { id } = waits('a', { question: 'x'.repeat(8) })
    expect(take('b', { question: 'x'.repeat(3) })).toBe('full')
    waits('c', { question: 'xx' })
    calls.decide(id, 'declined')
    take('a')
    waits('b', { question: 'x'.repeat(8) })
  })

  test('takes back no approval that it has no room for', () => {
    const { take, waits, approve } = desk({ maxPerUser: 1 })
    const { giveBack } = approve('a')
    waits('b')
    giveBack()
    expect(take('a')).toBe('full')
    expect(take('b')).toMatchObject({ kind: 'waiting' })
  })

  test('has 20 places for a user, and 10,000 in all', () => {
    const { take, waits } = desk()
    for (let user = 0; user < 500; user += 1) {
      for (let call = 0; call < 20; call += 1) waits(`${user} ${call}`, { user: `${user}` })
      if (user === 0) expect(take('more', { user: '0' })).toBe('full')
    }
    expect(take('more', { user: 'another' })).toBe('full')
  })
})
