import fc from 'fast-check'
import { CompactEncrypt, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { readUnverified } from '../../../src/identity/unverified-token.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { Secret } from '../../../src/secret.js'
import { failureThrownBy } from '../outcomes.js'

const KEY = new TextEncoder().encode('0123456789abcdef0123456789abcdef')
const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const read = (token: string) => readUnverified(new Secret(token))

describe('readUnverified', () => {
  test('readUnverified tells what a signed JWT says of itself', async () => {
    const token = await new SignJWT({ sub: 'user', aud: ['a', 'b'] })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })
      .setIssuer('https://as.example/')
      .sign(KEY)
    expect(read(token)).toEqual({
      type: 'at+jwt',
      keyId: 'key-1',
      algorithm: 'HS256',
      issuer: 'https://as.example/',
      claims: { sub: 'user', aud: ['a', 'b'], iss: 'https://as.example/' },
    })
  })

  test('readUnverified believes no signature to be needed for reading', () => {
    expect(read(`${encoded({ alg: 'RS256' })}.${encoded({ iss: 'i' })}.AAAA`).issuer).toBe('i')
  })

  test('readUnverified gives no issuer for one that is no text', () => {
    const token = `${encoded({ alg: 'RS256' })}.${encoded({ iss: {} })}.AAAA`
    expect(read(token)).toMatchObject({ type: undefined, keyId: undefined, issuer: undefined })
  })

  test.each([{ typ: 7 }, { kid: ['k'] }, { typ: null }])(
    'readUnverified refuses a header with %j',
    (members) => {
      const token = `${encoded({ alg: 'RS256', ...members })}.${encoded({ iss: 'x' })}.AAAA`
      expect(failureThrownBy(() => read(token)).details.reason).toBe('not_a_jwt')
    },
  )

  test('readUnverified tells an encrypted token from an opaque one, and how to come by a readable one', async () => {
    const jwe = await new CompactEncrypt(new TextEncoder().encode('{}'))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(KEY)
    const encrypted = failureThrownBy(() => read(jwe))
    const opaque = failureThrownBy(() => read('dGhpcy1pcy1hbi1vcGFxdWUtdG9rZW4'))
    expect(encrypted.details.reason).toBe('encrypted_token')
    expect(opaque.details.reason).toBe('opaque_token')
    for (const failure of [encrypted, opaque]) {
      expect(failure.code).toBe('invalid_token')
      expect(failure.details.description).toContain('`resource`')
    }
  })

  test.each([
    ['no base64url', '%%.%%.%%'],
    ['no JSON', `${encoded('nonsense')}.${encoded('nonsense')}.AAAA`],
    ['a header that is a list', `${encoded([])}.${encoded({})}.AAAA`],
    ['claims that are a list', `${encoded({ alg: 'RS256' })}.${encoded([])}.AAAA`],
    ['claims that are text', `${encoded({ alg: 'RS256' })}.${encoded('"text"')}.AAAA`],
    ['claims that are null', `${encoded({ alg: 'RS256' })}.${encoded('null')}.AAAA`],
    ['empty parts', '..'],
  ])('readUnverified refuses three parts with %s', (_what, token) => {
    const failure = failureThrownBy(() => read(token))
    expect(failure.code).toBe('invalid_token')
    expect(failure.details.reason).toBe('not_a_jwt')
  })

  test.each<[string, (part: string) => string]>([
    ['padding', (part) => `${part}=`],
    ['bits that say nothing', (part) => part.replace(/Q$/, 'R')],
    ['a line break', (part) => `${part}\n`],
    ['plain base64', (part) => part.replace('-', '+')],
  ])(
    'readUnverified refuses another spelling of the same token, in whichever part: %s',
    (_what, respell) => {
      // Each has a character of base64url alone, and ends in one that stands for two bits.
      const parts = [encoded({ alg: 'RS256', kid: '>>>>' }), encoded({ iss: '>>>' }), '-QAA-Q']
      expect(read(parts.join('.')).keyId).toBe('>>>>')
      for (const index of parts.keys()) {
        const respelt = parts.map((part, at) => (at === index ? respell(part) : part))
        expect(respelt[index]).not.toBe(parts[index])
        expect(failureThrownBy(() => read(respelt.join('.'))).details.reason).toBe('not_a_jwt')
      }
    },
  )

  test('readUnverified refuses a token of another number of parts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[A-Za-z0-9_-]*$/), { minLength: 1, maxLength: 8 }),
        (parts) => {
          fc.pre(parts.length !== 3)
          expect(failureThrownBy(() => read(parts.join('.'))).code).toBe('invalid_token')
        },
      ),
    )
  })

  test('readUnverified never shows the token, and fails with invalid_token alone', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.jsonValue(), fc.jsonValue()).map(([a, b]) => `${encoded(a)}.${encoded(b)}.AAAA`),
    )
    fc.assert(
      fc.property(text, (token) => {
        try {
          expect(typeof read(token).claims).toBe('object')
        } catch (error) {
          expect(error).toBeInstanceOf(OnBehalfOfError)
          expect(error).toHaveProperty('code', 'invalid_token')
          if (token.length > 12) expect(String(error)).not.toContain(token)
        }
      }),
    )
  })
})
