import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isIdentityScope,
  isScopeToken,
  missingScopes,
  parseScope,
  resourceScopes,
  unionScopes,
} from '../../src/scopes.js'

// RFC 6749 §3.3, written out: printable ASCII without space, quote and backslash.
const LEGAL = Array.from({ length: 0x7e - 0x21 + 1 }, (_, index) =>
  String.fromCharCode(0x21 + index),
).filter((character) => character !== '"' && character !== '\\')

const scopeToken = fc.string({ unit: fc.constantFrom(...LEGAL), minLength: 1, maxLength: 12 })
const fewScopes = fc.array(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e'), { maxLength: 8 })

describe('isScopeToken', () => {
  test('isScopeToken accepts exactly the characters of RFC 6749', () => {
    const accepted = Array.from({ length: 0x250 }, (_, code) => String.fromCharCode(code)).filter(
      isScopeToken,
    )
    expect(accepted).toEqual(LEGAL)
  })

  test.each(['', 'a b', 'a\n', '\na', 'a\u0000', 'sc\u00f6pe', 'a"b', 'a\\b'])(
    'isScopeToken refuses %j',
    (value) => {
      expect(isScopeToken(value)).toBe(false)
    },
  )
})

describe('parseScope', () => {
  test('parseScope gives back the distinct tokens that were joined by spaces, in their order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(scopeToken), (scopes) => {
        expect(parseScope(scopes.join(' '))).toEqual(scopes)
      }),
    )
  })

  test('parseScope gives distinct scope tokens and nothing else for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const scopes = parseScope(text)
        expect(scopes.every(isScopeToken)).toBe(true)
        expect(new Set(scopes).size).toBe(scopes.length)
      }),
    )
  })

  test('parseScope grants nothing for anything but a string', () => {
    const noString = fc.anything().filter((value) => typeof value !== 'string')
    fc.assert(
      fc.property(noString, (value) => {
        expect(parseScope(value)).toEqual([])
      }),
    )
    expect(parseScope(['read:private'])).toEqual([])
  })

  test('parseScope takes several spaces as one, and no other white space as a separator', () => {
    expect(parseScope('  a   b ')).toEqual(['a', 'b'])
    expect(parseScope('a\tb c\nd e')).toEqual(['e'])
  })

  test('parseScope keeps a doubled scope once, where it came first', () => {
    expect(parseScope('b a b')).toEqual(['b', 'a'])
  })

  test('parseScope tells scopes apart that differ in case alone', () => {
    expect(parseScope('Read read')).toEqual(['Read', 'read'])
  })
})

describe('unionScopes', () => {
  test('unionScopes holds every scope of every list once, in order of first appearance', () => {
    fc.assert(
      fc.property(fc.array(fewScopes), (lists) => {
        const union = unionScopes(...lists)
        const flat = lists.flat()
        expect(new Set(union)).toEqual(new Set(flat))
        expect(new Set(union).size).toBe(union.length)
        const firstAppearances = union.map((scope) => flat.indexOf(scope))
        expect(firstAppearances).toEqual([...firstAppearances].sort((a, b) => a - b))
      }),
    )
  })

  test('unionScopes changes nothing when repeated', () => {
    fc.assert(
      fc.property(fewScopes, fewScopes, (one, other) => {
        const union = unionScopes(one, other)
        expect(unionScopes(union, one, other)).toEqual(union)
      }),
    )
  })

  test('unionScopes of nothing is nothing', () => {
    expect(unionScopes()).toEqual([])
  })
})

describe('missingScopes', () => {
  test('missingScopes names a scope if and only if it is required and not granted', () => {
    fc.assert(
      fc.property(fewScopes, fewScopes, (required, granted) => {
        const missing = missingScopes(required, granted)
        for (const scope of ['a', 'b', 'c', 'd', 'e']) {
          expect(missing.includes(scope)).toBe(required.includes(scope) && !granted.includes(scope))
        }
      }),
    )
  })

  test('missingScopes names nothing once what was missing is granted', () => {
    fc.assert(
      fc.property(fewScopes, fewScopes, (required, granted) => {
        const missing = missingScopes(required, granted)
        expect(missingScopes(required, unionScopes(granted, missing))).toEqual([])
      }),
    )
  })

  test('missingScopes does not take a prefix or a part of a scope for the scope', () => {
    expect(missingScopes(['read:private'], ['read', 'read:privat', 'read:private:all'])).toEqual([
      'read:private',
    ])
  })
})

describe('resourceScopes', () => {
  test('resourceScopes leaves out offline_access and nothing else', () => {
    const asked = ['openid', 'offline_access', 'tool:greet', 'offline_access2', 'offline_access']
    expect(resourceScopes(asked)).toEqual(['openid', 'tool:greet', 'offline_access2'])
  })
})

describe('isIdentityScope', () => {
  test.each(['openid', 'profile', 'email', 'address', 'phone', 'offline_access'])(
    'isIdentityScope says yes to %s',
    (scope) => {
      expect(isIdentityScope(scope)).toBe(true)
    },
  )

  test.each(['read:private', 'tool:greet', 'OpenID', 'openid2', ''])(
    'isIdentityScope says no to %j',
    (scope) => {
      expect(isIdentityScope(scope)).toBe(false)
    },
  )
})
