import { describe, expect, test } from 'vitest'
import { callerOf, ISSUER, NOW, startRevocation } from './stand.js'

const ALICE = { issuer: ISSUER, subject: 'auth0|alice' }
const OVER = 'signed_out issued_before_sign_out'

describe('a user who is signed out', () => {
  test.each([
    ['before', NOW - 1, OVER],
    ['in the same second', NOW, OVER],
    ['later in the same second', NOW + 0.9, OVER],
    ['after', NOW + 1, 'in force'],
    ['at no time that it names', undefined, 'signed_out issue_time_missing'],
  ])('has a token that was issued %s: %s', async (_when, issuedAtSeconds, verdict) => {
    const { revocation, verdictOn } = startRevocation()
    await revocation.revoke(ALICE)
    expect(await verdictOn({ issuedAtSeconds })).toBe(verdict)
  })

  test('is not another user, nor one of the same name at another issuer', async () => {
    const { revocation, verdictOn } = startRevocation()
    await revocation.revoke(ALICE)
    expect(await verdictOn({ subject: 'auth0|bob' })).toBe('in force')
    expect(await verdictOn({ issuer: 'https://other.example/' })).toBe('in force')
  })

  test.each([
    ['composed in another way', 'auth0|andr\u00e9', 'auth0|andre\u0301'],
    ['of another half of a character', 'a\ud800', 'a\ud801'],
    ['with an end of its own', 'alice', 'alice\u0000'],
    ['that would end the text of a key', 'a', 'a"],["user'],
    ['in other letters', 'Alice', 'alice'],
  ])('is not one of a name %s', async (_how, subject, other) => {
    const { revocation, verdictOn } = startRevocation()
    await revocation.revoke({ issuer: ISSUER, subject })
    expect(await verdictOn({ subject })).toBe(OVER)
    expect(await verdictOn({ subject: other })).toBe('in force')
  })

  test('is known by each claim that names a user, and by none that names a tenant', async () => {
    const { revocation, verdictOn } = startRevocation()
    const subjectClaims = { oid: 'object-1', tid: 'tenant-1' }
    await revocation.revoke({ issuer: ISSUER, subject: 'tenant-1' })
    expect(await verdictOn({ subjectClaims })).toBe('in force')
    await revocation.revoke({ issuer: ISSUER, subject: 'object-1' })
    expect(await verdictOn({ subjectClaims })).toBe(OVER)
  })

  test('is signed out at all issuers of the tenant', async () => {
    const custom = 'https://login.example/'
    const { revocation, verdictOn } = startRevocation({
      primaryIssuers: { [custom]: ISSUER, [ISSUER]: ISSUER },
    })
    await revocation.revoke({ issuer: custom, subject: 'auth0|alice' })
    expect(await verdictOn()).toBe(OVER)
    expect(await verdictOn({ issuer: custom, primaryIssuer: ISSUER })).toBe(OVER)
  })

  test('stays so where an earlier sign-out arrives late', async () => {
    const { revocation, verdictOn } = startRevocation()
    await revocation.revoke(ALICE)
    await revocation.revoke(ALICE, { atSeconds: NOW - 1_000 })
    expect(await verdictOn()).toBe(OVER)
  })

  test('is signed out at the time of the event, so that a later sign-in counts', async () => {
    const { revocation, verdictOn } = startRevocation()
    await revocation.revoke(ALICE, { atSeconds: NOW - 100.5 })
    expect(await verdictOn({ issuedAtSeconds: NOW - 101 })).toBe(OVER)
    expect(await verdictOn({ issuedAtSeconds: NOW - 100 })).toBe('in force')
  })

  test('is signed out now by an event of the future, and can sign in again', async () => {
    const { revocation, verdictOn } = startRevocation()
    await revocation.revoke(ALICE, { atSeconds: NOW + 10_000 })
    expect(await verdictOn({ issuedAtSeconds: NOW })).toBe(OVER)
    expect(await verdictOn({ issuedAtSeconds: NOW + 1 })).toBe('in force')
  })

  test('is forgotten once no token of then can be left, and not before', async () => {
    const stand = startRevocation({ tokenLifeSeconds: 100 })
    await stand.revocation.revoke(ALICE)
    stand.nowMs += 159_000
    expect(await stand.verdictOn()).toBe(OVER)
    stand.nowMs += 1_000
    expect(await stand.verdictOn()).toBe('in force')
  })

  test('is one line for security, without the name', async () => {
    const { revocation, log } = startRevocation()
    await revocation.revoke(ALICE, { source: 'operator' })
    const [line, ...more] = log.named('user_signed_out')
    expect(more).toEqual([])
    expect(line?.fields).toMatchObject({ security: true, source: 'operator', scope: 'user' })
    expect(log.text()).not.toContain('alice')
  })
})

describe('a session that is signed out', () => {
  test('ends by its id alone, and leaves other sessions of the user', async () => {
    const { revocation, verdictOn } = startRevocation()
    await revocation.revoke({ issuer: ISSUER, sessionId: 's-1' })
    expect(await verdictOn({ sessionId: 's-1' })).toBe(OVER)
    expect(await verdictOn({ sessionId: 's-2' })).toBe('in force')
    expect(await verdictOn()).toBe('in force')
  })

  test('is none of the same id at another issuer, and no user of that name', async () => {
    const { revocation, verdictOn } = startRevocation()
    await revocation.revoke({ issuer: ISSUER, sessionId: 's-1' })
    const issuer = 'https://other.example/'
    expect(await verdictOn({ sessionId: 's-1', issuer })).toBe('in force')
    expect(await verdictOn({ subject: 's-1' })).toBe('in force')
  })

  test('with its user: ends what that user has without a session too', async () => {
    const { revocation, verdictOn } = startRevocation()
    await revocation.revoke({ ...ALICE, sessionId: 's-1' })
    expect(await verdictOn({ sessionId: 's-1' })).toBe(OVER)
    expect(await verdictOn({ sessionId: 's-2' })).toBe('in force')
    expect(await verdictOn()).toBe(OVER)
    expect(await verdictOn({ subject: 'auth0|bob' })).toBe('in force')
  })

  test('of a user who is signed out altogether ends too', async () => {
    const { revocation, verdictOn } = startRevocation()
    await revocation.revoke(ALICE)
    expect(await verdictOn({ sessionId: 's-2' })).toBe(OVER)
  })
})

describe('what a caller has opened', () => {
  test('ends with the sign-out, once, and that of others stays', async () => {
    const { revocation } = startRevocation()
    const ended: string[] = []
    revocation.watch(callerOf(), () => ended.push('alice'))
    revocation.watch(callerOf({ sessionId: 's-1' }), () => ended.push('alice s-1'))
    revocation.watch(callerOf({ subject: 'auth0|bob' }), () => ended.push('bob'))
    revocation.watch(callerOf({ issuedAtSeconds: NOW + 5 }), () => ended.push('alice later'))
    revocation.watch(callerOf(), () => ended.push('gone before'))()
    await revocation.revoke({ issuer: ISSUER, sessionId: 's-1' })
    expect(ended).toEqual(['alice s-1'])
    await revocation.revoke(ALICE)
    await revocation.revoke(ALICE)
    expect(ended).toEqual(['alice s-1', 'alice'])
  })

  test('ends at once where the sign-out came between the token and the stream', async () => {
    const { revocation } = startRevocation()
    const caller = callerOf()
    await revocation.assertInForce(caller)
    await revocation.revoke(ALICE)
    const ended: string[] = []
    revocation.watch(caller, () => ended.push('alice'))
    expect(ended).toEqual(['alice'])
  })
})

describe('more sign-outs than there is room for', () => {
  test('let nobody in again: what goes counts for everybody', async () => {
    const { revocation, verdictOn } = startRevocation({ maxEntries: 3 })
    const ended: string[] = []
    revocation.watch(callerOf({ subject: 'auth0|eve' }), () => ended.push('eve'))
    await revocation.revoke(ALICE, { atSeconds: NOW - 10 })
    for (const name of ['b', 'c', 'd']) await revocation.revoke({ issuer: ISSUER, subject: name })
    expect(await verdictOn()).toBe(OVER)
    expect(await verdictOn({ subject: 'auth0|eve' })).toBe(OVER)
    expect(ended).toEqual(['eve'])
    expect(await verdictOn({ subject: 'auth0|eve', issuedAtSeconds: NOW - 9 })).toBe('in force')
  })

  test('go first where no token of then can be left', async () => {
    const stand = startRevocation({ maxEntries: 2, tokenLifeSeconds: 10 })
    await stand.revocation.revoke(ALICE)
    await stand.revocation.revoke({ issuer: ISSUER, subject: 'b' })
    stand.nowMs += 71_000
    await stand.revocation.revoke({ issuer: ISSUER, subject: 'c' })
    expect(await stand.verdictOn({ issuedAtSeconds: NOW + 1 })).toBe('in force')
  })
})

test('createRevocation names each issue of its options', () => {
  const options = { store: {}, tokenLifeSeconds: 0, maxEntries: -1 }
  expect(() => startRevocation(options as never)).toThrow(
    /store: must be a Store[\s\S]*tokenLifeSeconds: must be positive[\s\S]*maxEntries: must be positive/,
  )
})
