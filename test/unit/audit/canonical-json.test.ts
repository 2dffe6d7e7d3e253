import { expect, test } from 'vitest'
import { canonicalJson } from '../../../src/audit/canonical-json.js'
import { digestOf } from '../../../src/audit/digest.js'

test('canonical JSON sorts members by UTF-16 code units, at every level, and has no white space', () => {
  const value = { b: [{ z: 1, a: null }], a: 'x', '\u20ac': 1, '\ud83d\ude00': 2, '\ufb33': 3 }
  expect(canonicalJson(value)).toBe(
    '{"a":"x","b":[{"a":null,"z":1}],"\u20ac":1,"\ud83d\ude00":2,"\ufb33":3}',
  )
})

test('canonical JSON writes numbers as RFC 8785 has them', () => {
  const text = '[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0]'
  expect(canonicalJson(JSON.parse(text))).toBe('[333333333.3333333,1e+30,4.5,0.002,1e-27,0]')
})

test('the digest of arguments does not depend on the order of their members', () => {
  expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }))
  expect(digestOf({ a: 1, b: 2 })).not.toBe(digestOf({ a: 1, b: 3 }))
})

test('no arguments have the digest of an empty object', () => {
  expect(digestOf(undefined)).toBe(digestOf({}))
})

test('arguments nested deeper than anything that is let in have no digest, and do no harm', () => {
  expect(digestOf(JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`))).toBeUndefined()
})

test('a number too large for JavaScript has another digest than null, and than its negative', () => {
  const digests = ['{"n":1e400}', '{"n":-1e400}', '{"n":null}'].map((text) =>
    digestOf(JSON.parse(text)),
  )
  expect(new Set(digests).size).toBe(3)
})
