import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import {
  callerFromClaims,
  LAST_DATE_SECONDS,
  userKeyOf,
  type Claims,
} from '../../../src/identity/caller.js'
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

  test('callerFromClaims gives a caller no member for what its token does not say', () => {
    const names = ['issuer', 'subject', 'clientId', 'scopes', 'expiresAtSeconds']
    expect(Object.keys(callerFromClaims(GOOD))).toEqual(names)
    const odd = { ...GOOD, iat: '1900000000', name: 7, email: ' ' }
    expect(Object.keys(callerFromClaims(odd))).toEqual(names)
  })

  test('callerFromClaims takes an expiry up to the last second that a Date can hold', () => {
    const last = { ...GOOD, exp: LAST_DATE_SECONDS }
    const { expiresAtSeconds } = callerFromClaims(last)
    expect(new Date(expiresAtSeconds * 1_000).getTime()).toBe(LAST_DATE_SECONDS * 1_000)
    const beyond = { ...GOOD, exp: LAST_DATE_SECONDS + 1 }
    expect(failureThrownBy(() => callerFromClaims(beyond)).details.reason).toBe(
      'expiry_out_of_range',
    )
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

  test('callerFromClaims names the claim that is malformed in its refusal, and hands on why', () => {
    const { message, cause } = failureThrownBy(() =>
      callerFromClaims({ ...GOOD, act: { sub: 'agent-1', act: {} } }),
    )
    expect(message).toContain('The claim act of the token is malformed.')
    expect(cause).toMatchObject({
      reason: 'act_malformed',
      cause: expect.any(TypeError) as unknown,
    })
  })

  test('callerFromClaims says of a binding that it does not know that it cannot check it', () => {
    const { message } = failureThrownBy(() => callerFromClaims({ ...GOOD, cnf: { kid: 'x' } }))
    expect(message).toContain('bound to its sender in a way this server cannot check')
  })

  test('callerFromClaims takes scopes from scopeClaim alone where the policy names it: what any client can ask for does not count', () => {
    const policy = { scopeClaim: 'urn:example:scopes' }
    const asked = { ...GOOD, scope: 'tool:greet', scp: 'tool:greet' }
    expect(callerFromClaims(asked, policy).scopes).toEqual([])
    for (const assigned of ['tool:whoami tool:list', ['tool:whoami', 'tool:list']]) {
      const claims = { ...asked, 'urn:example:scopes': assigned }
      expect(callerFromClaims(claims, policy).scopes).toEqual(['tool:whoami', 'tool:list'])
    }
  })

  test('callerFromClaims reads client and organization as ever where the policy names a scopeClaim', () => {
    const policy = { scopeClaim: 'urn:example:scopes' }
    expect(callerFromClaims({ ...GOOD, org_id: 'org_1' }, policy)).toMatchObject({
      clientId: 'client-1',
      organization: 'org_1',
    })
    const { message } = failureThrownBy(() => callerFromClaims(without('client_id'), policy))
    expect(message).toContain('client_id, azp, cid, appid')
  })

  test('callerFromClaims leaves permissions unread where the policy ignores them, and only there', () => {
    for (const permissions of [['tool:greet'], 'tool:greet', null]) {
      const claims = { ...GOOD, permissions }
      expect(callerFromClaims(claims, { ignorePermissions: true })).not.toHaveProperty(
        'permissions',
      )
    }
    const claims = { ...GOOD, permissions: ['tool:greet'] }
    for (const policy of [{}, { ignorePermissions: false }]) {
      expect(callerFromClaims(claims, policy).permissions).toEqual(['tool:greet'])
    }
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
