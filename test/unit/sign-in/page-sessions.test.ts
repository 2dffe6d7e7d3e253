import { describe, expect, test } from 'vitest'
import { formToken, isFormToken, PageSessions } from '../../../src/sign-in/page-sessions.js'

const signedIn = (subject: string) => ({ issuer: 'https://issuer.example/', subject })

function sessions(bounds: { maxPerUser?: number; max?: number } = {}) {
  const time = { nowMs: 0 }
  const all = new PageSessions({ lifetimeMs: 1_000, clock: () => time.nowMs, ...bounds })
  const open = (user = 'alice') => {
    const session = all.open({ signedIn: signedIn(user), name: user })
    if (session === undefined) throw new Error('there is no room')
    return session
  }
  return { time, all, open }
}

describe('a session of the pages', () => {
  test('has an id that nobody can guess, and is found by it until it expires', () => {
    const { time, all, open } = sessions()
    const session = open()
    expect(session.id).toMatch(/^[\w-]{43}$/)
    expect(open().id).not.toBe(session.id)
    time.nowMs = 999
    expect(all.find(session.id)).toBe(session)
    expect(all.find(`${session.id}x`)).toBeUndefined()
    expect(all.find(undefined)).toBeUndefined()
    time.nowMs = 1_000
    expect(all.find(session.id)).toBeUndefined()
  })

  test('is gone when it was ended', () => {
    const { all, open } = sessions()
    const { id } = open()
    all.end(id)
    all.end(id)
    all.end(undefined)
    expect(all.find(id)).toBeUndefined()
  })

  test('ends with the eleventh after it of the same user, and no other does', () => {
    const { all, open } = sessions()
    const bob = open('bob')
    const first = open()
    const later = Array.from({ length: 9 }, () => open())
    expect(all.find(first.id)).toBe(first)
    open()
    expect(all.find(first.id)).toBeUndefined()
    for (const session of [bob, ...later]) expect(all.find(session.id)).toBe(session)
  })

  test('is not opened where there are too many, until others expire', () => {
    const { time, all, open } = sessions({ max: 2 })
    open('alice')
    time.nowMs = 500
    const bob = open('bob')
    expect(all.open({ signedIn: signedIn('carol'), name: 'Carol' })).toBeUndefined()
    time.nowMs = 1_000
    open('carol')
    expect(all.find(bob.id)).toBe(bob)
  })
})

test('what a form brings along counts in one session, for one purpose', () => {
  const { open } = sessions()
  const [mine, other] = [open(), open()]
  const token = formToken(mine, 'a')
  expect(isFormToken(mine, 'a', token)).toBe(true)
  expect(isFormToken(mine, 'b', token)).toBe(false)
  expect(isFormToken(other, 'a', token)).toBe(false)
  for (const given of ['', `${token}x`, token.slice(1), undefined, null, [token], 5]) {
    expect(isFormToken(mine, 'a', given)).toBe(false)
  }
})
