import { describe, expect, test } from 'vitest'
import { answerRule } from '../../../src/failures/answer-rule.js'
import { OnBehalfOfError, type FailureCode } from '../../../src/failures/errors.js'
import { Secret } from '../../../src/secret.js'
import { ClaimsLoops, type ChallengedCall } from '../../../src/tools/claims-loops.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { requestOf } from '../../helpers/exchange-requests.js'

const CLAIMS = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
const CHALLENGE = new OnBehalfOfError('mfa_required', { claims: CLAIMS, log: { error: 'words' } })
const { caller } = requestOf()

function setUp(options: ConstructorParameters<typeof ClaimsLoops>[0] = {}) {
  const loops = new ClaimsLoops(options)
  const call = (token: string, changes: Partial<ChallengedCall> = {}): ChallengedCall => ({
    ...{ caller, tool: 'read', wantedBy: 'exchange', subjectToken: new Secret(token) },
    ...changes,
  })
  return {
    loops,
    call,
    isChallenged: (token: string, changes: Partial<ChallengedCall> = {}, failure = CHALLENGE) =>
      answerRule(loops.settled(failure, call(token, changes))).challenge === 'insufficient_claims',
  }
}

describe('a client that ignores the claims of challenges', () => {
  test('a client that ignores claims is challenged three times, and then gets an error that a person can read', () => {
    const { loops, call, isChallenged } = setUp()
    expect(['one', 'two', 'three'].map((token) => isChallenged(token))).toEqual([true, true, true])
    for (const token of ['four', 'five']) {
      const { code, message, details } = loops.settled(CHALLENGE, call(token))
      expect([code, details.reason, details.claims]).toEqual([
        ...['mfa_required', 'claims_ignored', undefined],
      ])
      expect(message).toContain('Signing in again with this client does not help.')
      expect(details.log).toMatchObject({
        error: 'words',
        hint: expect.stringContaining('without the claims') as unknown,
      })
    }
  })

  test.each<FailureCode>([
    'mfa_required',
    'access_denied',
    'consent_required',
    'reauthentication_required',
  ])('a client that ignores claims gets a tool error in the end: %s', (code) => {
    const { loops, call } = setUp()
    const failure = new OnBehalfOfError(code, { claims: CLAIMS, description: 'Another text.' })
    const answers = [1, 2, 3, 4].map((time) => {
      const { respondAs, challenge } = answerRule(loops.settled(failure, call(`${time}`)))
      return [respondAs, challenge]
    })
    expect(answers).toEqual([
      ...[1, 2, 3].map(() => ['http', 'insufficient_claims']),
      ['tool', 'none'],
    ])
  })

  test('challenges of tokens that were challenged before are not in vain', () => {
    const { isChallenged } = setUp()
    for (let time = 0; time < 5; time += 1) {
      expect([isChallenged('phone'), isChallenged('desk')]).toEqual([true, true])
    }
  })

  test.each<[string, Partial<ChallengedCall>]>([
    ['another user', { caller: { ...caller, subject: 'auth0|bob' } }],
    ['another user by other claims', { caller: { ...caller, subjectClaims: { oid: 'bob' } } }],
    ['a user of another issuer', { caller: { ...caller, issuer: 'https://other.example/' } }],
    ['another client', { caller: { ...caller, clientId: 'other-client' } }],
    ['another tool', { tool: 'write' }],
    ['the API', { wantedBy: 'api' }],
  ])('challenges in vain do not count for %s', (_, changes) => {
    const { isChallenged } = setUp()
    for (const token of ['one', 'two', 'three', 'four']) isChallenged(token)
    expect(isChallenged('five')).toBe(false)
    expect(isChallenged('five', changes)).toBe(true)
  })

  test('challenges in vain are forgotten once the call has passed, and after ten minutes', () => {
    const clock = new ManualClock()
    const { loops, call, isChallenged } = setUp({ clock: clock.clock })
    const inVain = (): boolean => {
      for (const token of ['one', 'two', 'three', 'four']) isChallenged(token)
      return !isChallenged('five')
    }
    expect(inVain()).toBe(true)
    loops.passed(call('five'))
    expect(isChallenged('five')).toBe(true)
    expect(inVain()).toBe(true)
    clock.jump(599_000)
    expect(isChallenged('six')).toBe(false)
    clock.jump(601_000)
    expect(isChallenged('six')).toBe(true)
  })

  test('the clients that ignore claims are remembered in a bounded number', () => {
    const { isChallenged } = setUp({ maxEntries: 2 })
    for (const token of ['one', 'two', 'three', 'four']) isChallenged(token)
    for (const tool of ['a', 'b']) isChallenged('one', { tool })
    expect(isChallenged('five')).toBe(true)
  })

  test('a failure without claims is left as it is', () => {
    const { loops, call } = setUp()
    const plain = new OnBehalfOfError('mfa_required')
    const misconfigured = new OnBehalfOfError('exchange_misconfigured', { claims: CLAIMS })
    for (const token of ['one', 'two', 'three', 'four', 'five']) {
      expect(loops.settled(plain, call(token))).toBe(plain)
      expect(loops.settled(misconfigured, call(token))).toBe(misconfigured)
    }
  })
})
