import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callerFromClaims } from '../../../src/identity/caller.js'
import type { Claims } from '../../../src/identity/claims.js'
import { MalformedClaimError } from '../../../src/identity/malformed-claim-error.js'
import {
  parseActor,
  parseBinding,
  parseClientIds,
  parseOrganization,
  parsePermissions,
  parseScopes,
} from '../../../src/identity/token-claims.js'
import { failureThrownBy } from '../outcomes.js'

const GOOD = { iss: 'https://i.example/', sub: 'user-1', client_id: 'c', exp: 2_000_000_000 }

describe('scopes', () => {
  test.each<[string, Claims, readonly string[]]>([
    ['scope as text', { scope: 'a b' }, ['a', 'b']],
    ['scope as a list', { scope: ['a', 'b'] }, ['a', 'b']],
    ['a list whose members are lists in text', { scope: ['a b', 'c'] }, ['a', 'b', 'c']],
    ['scp as text, as Entra writes it', { scp: 'a b' }, ['a', 'b']],
    ['scp as a list, as Okta writes it', { scp: ['a', 'b'] }, ['a', 'b']],
    ['scope where both stand', { scope: 'a', scp: ['b'] }, ['a']],
    ['an empty scope where both stand', { scope: '', scp: ['b'] }, []],
    ['scp where scope is null', { scope: null, scp: 'b' }, ['b']],
    ['an empty list', { scope: [] }, []],
  ])('[case 1] [case 2] scopes are read from %s', (_what, claims, expected) => {
    expect(parseScopes(claims)).toEqual(expected)
    expect(callerFromClaims({ ...GOOD, ...claims }).scopes).toEqual(expected)
  })

  test('scopes are undefined where the token has neither claim', () => {
    expect(parseScopes({})).toBeUndefined()
    expect(parseScopes({ scope: null, scp: null })).toBeUndefined()
  })

  test.each<[string, unknown]>([
    ['a list with a number', ['a', 7]],
    ['a list with null', ['a', null]],
    ['a list in a list', ['a', ['b']]],
    ['a number', 7],
    ['true', true],
    ['an object', { a: true }],
  ])('[case 2] scopes that are %s are refused whole, never read in part', (_what, value) => {
    for (const name of ['scope', 'scp']) {
      expect(() => parseScopes({ [name]: value })).toThrow(MalformedClaimError)
      const failure = failureThrownBy(() => callerFromClaims({ ...GOOD, [name]: value }))
      expect([failure.code, failure.details.reason]).toEqual(['invalid_token', 'scope_malformed'])
    }
  })
})

describe('the client', () => {
  test.each<[string, Claims, readonly string[]]>([
    ['client_id', { client_id: 'c' }, ['c']],
    ['azp', { azp: 'c' }, ['c']],
    ['cid, as Okta writes it', { cid: '0oa1' }, ['0oa1']],
    ["appid, as Entra's older tokens have it", { appid: 'guid' }, ['guid']],
    [
      'client_id before the others',
      { appid: 'd', cid: 'e', azp: 'b', client_id: 'a' },
      ['a', 'b', 'e', 'd'],
    ],
    ['azp where client_id is null', { client_id: null, azp: 'b' }, ['b']],
  ])('[case 3] the client is read from %s', (_what, claims, expected) => {
    expect(parseClientIds(claims)).toEqual(expected)
    expect(callerFromClaims({ ...GOOD, client_id: undefined, ...claims }).clientId).toBe(
      expected[0],
    )
  })

  test('[case 3] a client that is missing is told with the claims that were looked for', () => {
    const { message, details } = failureThrownBy(() =>
      callerFromClaims({ ...GOOD, client_id: undefined }),
    )
    expect(details.reason).toBe('client_missing')
    expect(message).toContain('client_id, azp, cid, appid')
    expect(message).toContain('RFC 9068')
  })

  test.each(['client_id', 'azp', 'cid', 'appid'])(
    'a client that is malformed in %s refuses the token, also beside a good one',
    (name) => {
      for (const value of ['', ' ', 7, ['c'], {}, true]) {
        const claims = { ...GOOD, azp: 'b', cid: 'c', [name]: value }
        expect(failureThrownBy(() => callerFromClaims(claims)).details.reason).toBe(
          'client_malformed',
        )
      }
    },
  )
})

describe('a claim that restricts', () => {
  test.each<[string, unknown]>([
    ['a text', 'tool:whoami'],
    ['an object', { 'tool:whoami': true }],
    ['null', null],
    ['a list with a number', ['tool:whoami', 7]],
    ['a list with null', [null]],
    ['true', true],
  ])(
    '[S6] permissions that are %s refuse the token instead of opening it',
    (_what, permissions) => {
      expect(() => parsePermissions({ permissions })).toThrow(MalformedClaimError)
      const failure = failureThrownBy(() => callerFromClaims({ ...GOOD, permissions }))
      expect(failure.code).toBe('invalid_token')
      expect(failure.details.reason).toBe('permissions_malformed')
    },
  )

  test('[S6] permissions that are an empty list stay an empty list', () => {
    expect(parsePermissions({ permissions: [] })).toEqual([])
    expect(parsePermissions({})).toBeUndefined()
  })

  test.each<[string, unknown]>([
    ['a number', 5],
    ['a list', ['org_1']],
    ['blank', ' '],
    ['empty', ''],
    ['an object', { id: 'org_1' }],
    ['false', false],
  ])('[S6] an organization that is %s refuses the token', (_what, org_id) => {
    expect(() => parseOrganization({ org_id })).toThrow(MalformedClaimError)
    expect(failureThrownBy(() => callerFromClaims({ ...GOOD, org_id })).details.reason).toBe(
      'organization_malformed',
    )
  })

  test('[case 29] cnf, act, org_id and scope that are null count as absent', () => {
    const claims = { ...GOOD, cnf: null, act: null, org_id: null, scope: null }
    expect(callerFromClaims(claims)).toEqual(callerFromClaims(GOOD))
    expect([parseBinding(claims), parseActor(claims), parseOrganization(claims)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  /** A text or a list of texts, whatever it says. */
  const TEXTS = ['scope', 'scp', 'gty', 'idtyp', 'preferred_username', 'sub_profile']
  const RESTRICTING = ['permissions', 'org_id', 'act', 'cnf', 'client_id', ...TEXTS]
  const isTexts = (value: unknown): boolean =>
    [value].flat().every((entry) => typeof entry === 'string')

  test('[S6] a restricting claim that is present and not what it should be is never treated as absent', () => {
    const odd = fc.oneof(
      fc.anything().filter((value) => value !== undefined && value !== null),
      fc.array(fc.anything()),
      fc.constantFrom<unknown>('', ' ', 0, false, [], {}, [null], { jkt: '' }, { sub: '' }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...RESTRICTING), odd, (name, value) => {
        const without = { ...GOOD, azp: 'other', [name]: undefined }
        const plain = callerFromClaims(without)
        try {
          const caller = callerFromClaims({ ...without, [name]: value })
          if (TEXTS.includes(name)) expect(isTexts(value)).toBe(true)
          else expect(caller).not.toEqual(plain)
          if (name === 'scope' || name === 'scp')
            expect(caller.scopes.every((scope) => JSON.stringify(value).includes(scope))).toBe(true)
        } catch (error) {
          expect(error).toHaveProperty('code', 'invalid_token')
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
