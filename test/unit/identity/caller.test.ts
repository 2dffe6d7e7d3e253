import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { callerFromClaims, userKeyOf, type Claims } from '../../../src/identity/caller.js'
import { failureThrownBy } from '../outcomes.js'

const GOOD = {
  iss: 'https://tenant.example/',
  sub: 'auth0|alice',
  client_id: 'client-1',
  exp: 2_000_000_000,
} as const

const without = (...names: string[]): Claims =>
  Object.fromEntries(Object.entries(GOOD).filter(([name]) => !names.includes(name)))

describe('callerFromClaims', () => {
  test('callerFromClaims reads the least that a token has to say', () => {
    expect(callerFromClaims(GOOD)).toEqual({
      issuer: 'https://tenant.example/',
      subject: 'auth0|alice',
      clientId: 'client-1',
      scopes: [],
      expiresAtSeconds: 2_000_000_000,
    })
  })

  test('callerFromClaims reads all that a token can say', () => {
    const caller = callerFromClaims({
      ...GOOD,
      iat: 1_900_000_000,
      org_id: 'org_1',
      scope: 'tool:greet tool:whoami',
      permissions: ['tool:greet'],
      name: 'Alice',
      email: 'alice@example.com',
      cnf: { jkt: 'thumbprint' },
      act: { sub: 'agent-1', client_id: 'client-2', act: { sub: 'client-1' } },
    })
    expect(caller).toEqual({
      issuer: 'https://tenant.example/',
      subject: 'auth0|alice',
      clientId: 'client-1',
      scopes: ['tool:greet', 'tool:whoami'],
      expiresAtSeconds: 2_000_000_000,
      issuedAtSeconds: 1_900_000_000,
      organization: 'org_1',
      permissions: ['tool:greet'],
      name: 'Alice',
      email: 'alice@example.com',
      delegation: {
        actor: 'agent-1',
        chain: ['agent-1', 'client-1'],
        actorClientId: 'client-2',
      },
      binding: 'dpop',
    })
  })

  test('callerFromClaims is frozen', () => {
    expect(Object.isFrozen(callerFromClaims(GOOD))).toBe(true)
  })

  test("callerFromClaims takes the client from azp in Auth0's older dialect, and client_id before it", () => {
    expect(callerFromClaims({ ...without('client_id'), azp: 'older' }).clientId).toBe('older')
    expect(callerFromClaims({ ...GOOD, azp: 'older' }).clientId).toBe('client-1')
    expect(callerFromClaims({ ...GOOD, client_id: null, azp: 'older' }).clientId).toBe('older')
  })

  test('callerFromClaims takes scopes from scope alone, never from permissions', () => {
    const caller = callerFromClaims({ ...GOOD, permissions: ['tool:greet'] })
    expect(caller.scopes).toEqual([])
    expect(caller.permissions).toEqual(['tool:greet'])
  })

  test.each([
    ['issuer_missing', without('iss')],
    ['issuer_missing', { ...GOOD, iss: ' ' }],
    ['client_missing', without('client_id')],
    ['client_missing', { ...GOOD, client_id: null }],
    ['expiry_missing', without('exp')],
    ['expiry_missing', { ...GOOD, exp: '2000000000' }],
    ['subject_missing', without('sub')],
    ['subject_missing', { ...GOOD, sub: '  ' }],
    ['subject_missing', { ...GOOD, sub: 7 }],
    ['machine_token', { ...GOOD, sub: 'client-1@clients' }],
    ['machine_token', { ...GOOD, sub: 'another@clients' }],
    ['machine_token', { ...GOOD, sub: 'client-1' }],
    ['machine_token', { ...without('client_id'), azp: 'auth0|alice' }],
    ['machine_token', { ...GOOD, gty: 'client-credentials' }],
    ['act_malformed', { ...GOOD, act: 'agent-1' }],
    ['act_malformed', { ...GOOD, act: { sub: 'agent-1', act: { sub: ' ' } } }],
    ['binding_malformed', { ...GOOD, cnf: 'jkt' }],
    ['binding_malformed', { ...GOOD, cnf: ['jkt'] }],
    ['binding_malformed', { ...GOOD, cnf: { jkt: 7 } }],
    ['binding_unknown', { ...GOOD, cnf: {} }],
    ['binding_unknown', { ...GOOD, cnf: { kid: 'x' } }],
  ])('callerFromClaims refuses with %s: %j', (reason, claims: Claims) => {
    const failure = failureThrownBy(() => callerFromClaims(claims))
    expect(failure.code).toBe('invalid_token')
    expect(failure.details.reason).toBe(reason)
  })

  test('callerFromClaims accepts machine tokens where the policy dares to, and only there', () => {
    const machine = { ...GOOD, sub: 'client-1@clients', gty: 'client-credentials' }
    expect(callerFromClaims(machine, { dangerouslyAllowMachineTokens: true }).subject).toBe(
      'client-1@clients',
    )
    expect(() => callerFromClaims(machine, { dangerouslyAllowMachineTokens: false })).toThrow()
  })

  test('callerFromClaims knows a token that is bound to a certificate', () => {
    expect(callerFromClaims({ ...GOOD, cnf: { 'x5t#S256': 'hash' } }).binding).toBe('certificate')
  })

  test('callerFromClaims makes a caller or throws invalid_token, whatever the claims are', () => {
    const anyClaims = fc.record(
      {
        iss: fc.anything(),
        sub: fc.anything(),
        client_id: fc.anything(),
        exp: fc.oneof(fc.anything(), fc.integer()),
        scope: fc.anything(),
        permissions: fc.anything(),
        cnf: fc.anything(),
        act: fc.anything(),
        gty: fc.anything(),
      },
      { requiredKeys: [] },
    )
    const goodWith = anyClaims.map((odd) => ({ ...odd, ...GOOD }))
    fc.assert(
      fc.property(fc.oneof(anyClaims, goodWith), (claims) => {
        try {
          const caller = callerFromClaims(claims)
          expect(caller.subject).toBe(claims.sub)
          expect(typeof caller.expiresAtSeconds).toBe('number')
        } catch (error) {
          expect(error).toBeInstanceOf(OnBehalfOfError)
          expect(error).toHaveProperty('code', 'invalid_token')
        }
      }),
    )
  })
})

describe('userKeyOf', () => {
  test('the key of a user is shared with nobody else, not with the same sub at another issuer', () => {
    const text = fc.string({ maxLength: 5 })
    const user = fc.record({ issuer: text, subject: text })
    fc.assert(
      fc.property(user, user, (one, other) => {
        const same = one.issuer === other.issuer && one.subject === other.subject
        expect(userKeyOf(one) === userKeyOf(other)).toBe(same)
      }),
    )
    const subject = 'same'
    expect(userKeyOf({ issuer: 'https://a/', subject })).not.toBe(
      userKeyOf({ issuer: 'https://b/', subject }),
    )
  })
})
