import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EntrySeal } from '../../../src/store/entry-seal.js'
import { Secret } from '../../../src/secret.js'

const KEY = new Secret('k'.repeat(32))
const OTHER = new Secret('o'.repeat(32))
const place = { key: 'a'.repeat(64), secret: new Secret('subject-token') }
const TEXT = '{"token":"exchanged"}'

describe('a sealed entry', () => {
  test('opens where it was sealed for, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (text, key, token) => {
        const at = { key, secret: new Secret(token) }
        const seal = new EntrySeal([KEY])
        expect(seal.open(seal.seal(text, at), at)).toBe(Buffer.from(text).toString())
      }),
    )
  })

  test('holds nothing of what it says, and no two are the same', () => {
    const seal = new EntrySeal([KEY])
    const sealed = Buffer.from(seal.seal(TEXT, place))
    expect(sealed.includes('exchanged')).toBe(false)
    expect(sealed.equals(seal.seal(TEXT, place))).toBe(false)
  })

  test('does not open with any bit changed', () => {
    const seal = new EntrySeal([KEY])
    const sealed = seal.seal(TEXT, place)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Uint8Array.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(seal.open(changed, place)).toBeUndefined()
    }
  })

  test('does not open with anything cut off or added', () => {
    const seal = new EntrySeal([KEY])
    const sealed = seal.seal(TEXT, place)
    for (let length = 0; length < sealed.length; length += 1) {
      expect(seal.open(sealed.subarray(0, length), place)).toBeUndefined()
      expect(seal.open(sealed.subarray(sealed.length - length), place)).toBeUndefined()
    }
    expect(seal.open(Buffer.concat([sealed, Buffer.of(0)]), place)).toBeUndefined()
  })

  test('does not open at another key, for another token or by another master key', () => {
    const seal = new EntrySeal([KEY])
    const sealed = seal.seal(TEXT, place)
    expect(seal.open(sealed, { ...place, key: 'b'.repeat(64) })).toBeUndefined()
    expect(seal.open(sealed, { ...place, secret: new Secret('another') })).toBeUndefined()
    expect(new EntrySeal([OTHER]).open(sealed, place)).toBeUndefined()
  })

  test('opens by an old key while a new one seals, and a token may be longer than a kilobyte', () => {
    const long = { ...place, secret: new Secret('t'.repeat(16_000)) }
    const [old, both] = [new EntrySeal([OTHER]), new EntrySeal([KEY, OTHER])]
    expect(both.open(old.seal(TEXT, long), long)).toBe(TEXT)
    expect(old.open(both.seal(TEXT, long), long)).toBeUndefined()
  })
})
