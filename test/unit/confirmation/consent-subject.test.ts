import { describe, expect, test } from 'vitest'
import { consentSubject, type ConsentedCall } from '../../../src/confirmation/consent-subject.js'
import { callerFromClaims } from '../../../src/identity/caller.js'

const CLAIMS = {
  ...{ iss: 'https://issuer.example/', sub: 'alice', client_id: 'client', org_id: 'org' },
  exp: 4_000_000_000,
}

const CALL: ConsentedCall = {
  ...{ caller: callerFromClaims(CLAIMS), tool: 'cancel', version: '1' },
  args: { id: 'b1', note: { a: 1, b: 2 } },
}

const callOf = (claims: object): Partial<ConsentedCall> => ({
  caller: callerFromClaims({ ...CLAIMS, ...claims }),
})

describe('what a consent is for', () => {
  test.each<readonly [string, Partial<ConsentedCall>]>([
    ['the user', callOf({ sub: 'mallory' })],
    ['the issuer', callOf({ iss: 'https://other.example/' })],
    ['the client', callOf({ client_id: 'another' })],
    ['the organization', callOf({ org_id: 'another' })],
    ['no organization', callOf({ org_id: undefined })],
    ['the tool', { tool: 'book' }],
    ['the version', { version: '2' }],
    ['no version', { version: undefined }],
    ['a value', { args: { id: 'b2', note: { a: 1, b: 2 } } }],
    ['the type of a value', { args: { id: 'b1', note: { a: '1', b: 2 } } }],
    ['a member', { args: { id: 'b1', note: { a: 1, b: 2 }, more: null } }],
    ['the place of a member', { args: { id: 'b1', a: 1, note: { b: 2 } } }],
  ])('differs by %s alone', (_name, changed) => {
    expect(consentSubject({ ...CALL, ...changed })).not.toBe(consentSubject(CALL))
  })

  test('is the same whatever the order of members', () => {
    const args = { note: { b: 2, a: 1 }, id: 'b1' }
    expect(consentSubject({ ...CALL, args })).toBe(consentSubject(CALL))
  })

  test('does not run together: what moves from one part to the next makes another', () => {
    const one = consentSubject({ ...CALL, tool: 'a","b', version: 'c' })
    expect(one).not.toBe(consentSubject({ ...CALL, tool: 'a', version: 'b","c' }))
  })
})
