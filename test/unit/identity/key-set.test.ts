import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readKeySet } from '../../../src/identity/key-set.js'
import {
  algorithmsOf,
  declaredAlgorithmsOf,
  SIGNING_ALGORITHMS,
} from '../../../src/identity/signing-algorithms.js'
import { ec, KEY_1, KEY_2, rsa } from '../issuer-stand.js'

const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' })
const secp256k1 = ec('secp256k1')
const weak = rsa(1_024)
const { n } = rsa(2_048)

const USELESS: readonly (readonly [string, unknown, string])[] = [
  ['null', null, 'no key'],
  ['a number', 5, 'no key'],
  ['text', 'key', 'no key'],
  ['a list', [KEY_1], 'no key'],
  ['an empty object', {}, 'no key'],
  ['an entry with a key id and a use alone', { kid: 'x', use: 'sig' }, 'no key'],
  ['a key whose type is a number', { ...KEY_1, kty: 1 }, 'no key'],
  ['a key of an unknown type', { ...KEY_1, kty: 'LWE' }, 'other algorithm'],
  ['a type that is a member of every object', { ...KEY_1, kty: 'constructor' }, 'other algorithm'],
  ['an RSA key without n', { ...KEY_1, n: undefined }, 'malformed'],
  ['an RSA key whose n is a number', { ...KEY_1, n: 65_537 }, 'malformed'],
  ['an RSA key without e', { ...KEY_1, e: undefined }, 'malformed'],
  ['an RSA key with 1024 bits', weak, 'weak'],
  ['an RSA key with the exponent 1, with which anybody signs', { kty: 'RSA', n, e: 'AQ' }, 'weak'],
  ['an EC key without y', { ...KEY_2, y: undefined }, 'malformed'],
  ['an EC key off its curve', { ...KEY_2, y: KEY_2.x }, 'malformed'],
  ['an EC key of another curve', secp256k1, 'other algorithm'],
  ['an EC key whose curve is a list', { ...KEY_2, crv: ['P-521'] }, 'other algorithm'],
  ['a key for key agreement', x25519, 'other algorithm'],
  ['a shared secret', { kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }, 'private'],
  ['a private key', { ...KEY_1, d: 'AQAB' }, 'private'],
  ['a private key whose d is null', { ...KEY_2, d: null }, 'private'],
  ['a key with prime factors', { ...KEY_1, p: 'AQAB' }, 'private'],
  ['a key for encryption', { ...KEY_1, use: 'enc' }, 'other use'],
  ['a key whose use is malformed', { ...KEY_1, use: ['sig'] }, 'other use'],
  ['a key for other operations', { ...KEY_1, key_ops: ['encrypt'] }, 'other use'],
  ['a key for no operation', { ...KEY_1, key_ops: [] }, 'other use'],
  ['a key whose operations are text', { ...KEY_1, key_ops: 'verify' }, 'other use'],
  ['a key for an encryption algorithm', { ...KEY_1, alg: 'RSA-OAEP' }, 'other algorithm'],
  ['an RSA key for HS256', { ...KEY_1, alg: 'HS256' }, 'other algorithm'],
  ['an RSA key for none', { ...KEY_1, alg: 'none' }, 'other algorithm'],
  ['an RSA key for ES256', { ...KEY_1, alg: 'ES256' }, 'other algorithm'],
  ['a P-256 key for ES384', { ...KEY_2, alg: 'ES384' }, 'other algorithm'],
  ['a key whose algorithm is a number', { ...KEY_1, alg: 256 }, 'other algorithm'],
  ['a key whose algorithm is null', { ...KEY_1, alg: null }, 'other algorithm'],
]

describe('a key set', () => {
  test.each(USELESS)(
    '[case 15] a key set is read without %s, and keeps the rest',
    (_what, member, why) => {
      const read = readKeySet({ keys: [member, KEY_1, member, KEY_2] })
      expect(read).toEqual({ keySet: { keys: [KEY_1, KEY_2] }, skipped: [why, why] })
    },
  )

  test.each(USELESS)(
    '[S16.4] a key set has no usable key where %s is all there is',
    (_what, member, why) => {
      expect(readKeySet({ keys: [member] })).toEqual({ keySet: { keys: [] }, skipped: [why] })
    },
  )

  test.each([null, 5, 'keys', [KEY_1], {}, { keys: null }, { keys: { a: KEY_1 } }])(
    'a key set is none: %j',
    (document) => {
      expect(readKeySet(document)).toBeUndefined()
    },
  )

  test('[S16.4] a key set keeps both keys of one key id, in their order', () => {
    const doubled = { ...KEY_2, kid: 'key-1' }
    expect(readKeySet({ keys: [KEY_1, doubled] })?.keySet.keys).toEqual([KEY_1, doubled])
  })

  test('[case 63] a key set keeps keys without alg and use, and keys for verifying among other operations', () => {
    const bare = without(KEY_1, 'use')
    const keys = [bare, { ...bare, key_ops: ['verify', 'verify', 'wrapKey'] }, ed25519]
    expect(readKeySet({ keys })).toEqual({ keySet: { keys: [bare, bare, ed25519] }, skipped: [] })
  })

  test('[case 15] a key set drops members that a verification has no use for, and that could disturb it', () => {
    const odd = { ...KEY_1, x5c: ['bogus'], ext: false, 'x5t#S256': 7, more: {} }
    expect(readKeySet({ keys: [odd] })).toEqual({ keySet: { keys: [KEY_1] }, skipped: [] })
  })

  test('[case 15] a key set takes a key id that is no text for none', () => {
    const nameless = without(KEY_1, 'kid')
    expect(readKeySet({ keys: [{ ...nameless, kid: 1 }] })?.keySet.keys).toEqual([nameless])
  })

  test('a key set keeps an RSA key with the exponent 3, the least that is one', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048, publicExponent: 3 })
    const key = publicKey.export({ format: 'jwk' })
    expect(readKeySet({ keys: [key] })).toEqual({ keySet: { keys: [key] }, skipped: [] })
  })

  test('a key set holds nothing but public keys that verify something, whatever is published', () => {
    const values = fc.oneof(fc.anything(), fc.constantFrom('RSA', 'EC', 'sig', 'verify', n, 'AQAB'))
    const member = fc.oneof(fc.anything(), mutated(values))
    fc.assert(
      fc.property(fc.array(member), (keys) => {
        const read = readKeySet({ keys })
        expect((read?.keySet.keys.length ?? 0) + (read?.skipped.length ?? 0)).toBe(keys.length)
        for (const key of read?.keySet.keys ?? []) {
          expect(algorithmsOf(key)).not.toEqual([])
          for (const name of ['d', 'p', 'q', 'k', 'oth', 'key_ops'])
            expect(key).not.toHaveProperty(name)
        }
      }),
    )
  })
})

function without(key: object, name: string): object {
  return Object.fromEntries(Object.entries(key).filter(([member]) => member !== name))
}

/** A good key with one member changed. */
function mutated(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const names = fc.constantFrom('kty', 'n', 'e', 'kid', 'use', 'alg', 'key_ops', 'd', 'crv')
  return fc.tuple(names, values).map(([name, value]) => ({ ...KEY_1, [name]: value }))
}

describe('the algorithms of a key', () => {
  test.each([
    ['an RSA key', KEY_1, ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    ['an RSA key for PS384', { ...KEY_1, alg: 'PS384' }, ['PS384']],
    ['a P-256 key', KEY_2, ['ES256']],
    ['a P-384 key', ec('P-384'), ['ES384']],
    ['a P-521 key', ec('P-521'), ['ES512']],
    ['an Ed25519 key', ed25519, ['EdDSA', 'Ed25519']],
    ['an Ed25519 key for EdDSA', { ...ed25519, alg: 'EdDSA' }, ['EdDSA']],
    ['a shared secret', { kty: 'oct', k: 'AA' }, []],
  ])(
    '[case 14] the algorithms of a key of %s are those of its type, or the one it names',
    (_what, key, algorithms) => {
      expect(algorithmsOf(key)).toEqual(algorithms)
    },
  )

  test('[case 14] the algorithms of a key are declared to be RS256 alone by an RSA key that names none', () => {
    expect(declaredAlgorithmsOf(KEY_1)).toEqual(['RS256'])
    expect(declaredAlgorithmsOf({ ...KEY_1, alg: 'PS384' })).toEqual(['PS384'])
    expect(declaredAlgorithmsOf(KEY_2)).toEqual(['ES256'])
  })

  test('[case 14] the algorithms of a key are asymmetric, all of them', () => {
    expect(SIGNING_ALGORITHMS).toHaveLength(11)
    expect(SIGNING_ALGORITHMS.some((name) => /^(?:HS|none)/i.test(name))).toBe(false)
  })
})
