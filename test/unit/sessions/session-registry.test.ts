import { describe, expect, test } from 'vitest'
import {
  SessionRegistry,
  type SessionEndReason,
  type SessionLimits,
} from '../../../src/sessions/session-registry.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { callerOf } from '../../helpers/exchange-requests.js'

const ALICE = callerOf()
const STRANGERS = [
  ['another user', callerOf({ subject: 'auth0|bob' })],
  ['the same user through another client', callerOf({ clientId: 'other-client' })],
  ['the same user in another organization', callerOf({ organization: 'org_b' })],
  ['the same user id at another issuer', callerOf({ issuer: 'https://elsewhere.example/' })],
] as const

function setUp(limits: SessionLimits = {}) {
  const time = new ManualClock()
  const ended: [string, SessionEndReason][] = []
  let count = 0
  const registry = new SessionRegistry<string>({
    ...limits,
    clock: time.clock,
    timers: time.timers,
    createId: () => `session-${(count += 1)}`,
    onEnd: (value, reason) => ended.push([value, reason]),
  })
  return { time, ended, registry }
}

const name = (id: string): string => id

describe('SessionRegistry', () => {
  test('SessionRegistry finds the session of its owner, with whichever token they come', () => {
    const { registry } = setUp()
    registry.open(ALICE, name)
    const again = callerOf({ scopes: ['other'], expiresAtSeconds: 1 })
    expect(registry.use('session-1', again).value).toBe('session-1')
  })

  test.each(STRANGERS)('%s finds nothing, just as with an id that never was', (_, caller) => {
    const { registry, ended } = setUp()
    registry.open(ALICE, name)
    const failure = (id: string) => {
      try {
        registry.use(id, caller)
        return undefined
      } catch (error) {
        return { ...(error as { code: string; message: string }), text: String(error) }
      }
    }
    expect(failure('session-1')).toMatchObject({ code: 'session_not_found' })
    expect(failure('session-1')?.text).toBe(failure('session-0')?.text)
    expect(ended).toEqual([])
    expect(registry.use('session-1', ALICE).value).toBe('session-1')
  })

  test('ids cannot be guessed: 256 random bits, none twice', () => {
    const registry = new SessionRegistry<string>()
    const ids = Array.from({ length: 10 }, () => registry.open(ALICE, name))
    registry.close()
    expect(new Set(ids).size).toBe(10)
    for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(32)
  })

  test('SessionRegistry ends a session that is unused for too long, without anybody asking for it', async () => {
    const { registry, time, ended } = setUp({ idleMs: 10_000 })
    registry.open(ALICE, name)
    await time.advance(9_999)
    expect(ended).toEqual([])
    await time.advance(10_001)
    expect(ended).toEqual([['session-1', 'idle']])
    expect(time.pending).toBe(0)
  })

  test('SessionRegistry refuses a session past its time even before it is swept', () => {
    const { registry, time, ended } = setUp({ idleMs: 10_000 })
    registry.open(ALICE, name)
    time.jump(10_000)
    expect(() => registry.use('session-1', ALICE)).toThrow(/Session not found/)
    expect(ended).toEqual([['session-1', 'idle']])
  })

  test('a use puts the end off, and while one lasts the session does not count as idle', async () => {
    const { registry, time, ended } = setUp({ idleMs: 10_000 })
    registry.open(ALICE, name)
    const { release } = registry.use('session-1', ALICE)
    await time.advance(60_000)
    expect(ended).toEqual([])
    release()
    release()
    await time.advance(9_000)
    expect(ended).toEqual([])
    await time.advance(11_000)
    expect(ended).toEqual([['session-1', 'idle']])
  })

  test('releasing one of two uses twice does not end the other', async () => {
    const { registry, time, ended } = setUp({ idleMs: 10_000 })
    registry.open(ALICE, name)
    registry.use('session-1', ALICE)
    const { release } = registry.use('session-1', ALICE)
    release()
    release()
    await time.advance(60_000)
    expect(ended).toEqual([])
  })

  test('SessionRegistry ends a session at its greatest age, used or not', async () => {
    const { registry, time, ended } = setUp({ idleMs: 10_000, maxAgeMs: 30_000 })
    registry.open(ALICE, name)
    registry.use('session-1', ALICE)
    await time.advance(30_000)
    expect(ended).toEqual([['session-1', 'too_old']])
  })

  test('a user with too many loses the one unused for longest, whichever client it is of, and nobody else loses any', () => {
    const { registry, ended } = setUp({ maxSessionsPerUser: 2 })
    registry.open(callerOf({ subject: 'auth0|bob' }), name)
    registry.open(ALICE, name)
    registry.open(callerOf({ clientId: 'other-client' }), name)
    registry.use('session-2', ALICE).release()
    registry.open(callerOf({ clientId: 'third-client' }), name)
    expect(ended).toEqual([['session-3', 'displaced']])
    expect(registry.size).toBe(3)
  })

  test('a session in use is the last to make room', () => {
    const { registry, ended } = setUp({ maxSessionsPerUser: 2 })
    registry.open(ALICE, name)
    registry.open(ALICE, name)
    const { release } = registry.use('session-1', ALICE)
    registry.use('session-2', ALICE).release()
    registry.open(ALICE, name)
    expect(ended).toEqual([['session-2', 'displaced']])
    release()
  })

  test('SessionRegistry beyond the limit of all, a new one is refused and none ends', () => {
    const { registry, ended } = setUp({ maxSessions: 2 })
    registry.open(ALICE, name)
    registry.open(callerOf({ subject: 'auth0|bob' }), name)
    expect(() => registry.open(callerOf({ subject: 'auth0|carol' }), name)).toThrow(
      expect.objectContaining({ code: 'session_limit' }),
    )
    expect(ended).toEqual([])
  })

  test('sessions past their time make room at the limit', () => {
    const { registry, time } = setUp({ maxSessions: 1, idleMs: 10_000 })
    registry.open(ALICE, name)
    time.jump(10_000)
    registry.open(callerOf({ subject: 'auth0|bob' }), name)
    expect(registry.size).toBe(1)
  })

  test('SessionRegistry close ends all of them and leaves no timer', () => {
    const { registry, time, ended } = setUp()
    registry.open(ALICE, name)
    registry.open(ALICE, name)
    registry.close()
    expect(ended.map(([, reason]) => reason)).toEqual(['closed', 'closed'])
    expect(time.pending).toBe(0)
  })
})
