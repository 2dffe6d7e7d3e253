import fc from 'fast-check'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { scrub, scrubIdentifier, scrubUrl } from '../../../src/logging/scrub.js'

const KEY = new TextEncoder().encode('0123456789abcdef0123456789abcdef')
const jwt = (claims: Record<string, unknown>): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(KEY)

const BASE64URL = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const secretText = fc.string({
  unit: fc.constantFrom(...BASE64URL),
  minLength: 24,
  maxLength: 90,
})
const words = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), secretText, fc.constantFrom('.', '=', '\n', ' ')))
  .map((parts) => parts.join(''))

describe('scrub', () => {
  test('scrub leaves ordinary words alone', () => {
    const text = 'Client is not authorized to access "http://localhost:8787/". (code=42)'
    expect(scrub(text, 200)).toBe(text)
  })

  test('scrub takes a JWT out and leaves the words around it', async () => {
    const token = await jwt({ sub: 'auth0|someone', aud: 'https://api.example/', scope: 'read' })
    expect(scrub(`subject_token ${token} is expired`, 200)).toMatch(/^subject_token .* is expired$/)
    expect(scrub(`subject_token ${token} is expired`, 200)).not.toContain(token.split('.')[1])
    expect(scrub(`subject_token ${token} is expired`, 200)).not.toContain(token.split('.')[2])
  })

  test('scrub takes out the claims of a JWT that is so short that no part of it looks like a secret', async () => {
    const token = await jwt({ sub: 'bob' })
    expect(scrub(`token: ${token}`, 300)).not.toContain(token.split('.')[1])
  })

  test.each([
    ['a client secret', 'pXo9_Zr4-QmT2vB7nL1kWs8yHd3fGj6aUe5cRi0x'],
    ['a hex digest', '9f86d081884c7d659a2feaa0c55ad015'],
    [
      'an encrypted token',
      `${'a'.repeat(40)}..${'b'.repeat(16)}.${'c'.repeat(80)}.${'d'.repeat(22)}`,
    ],
    ['padded base64', `${'QUJD'.repeat(12)}==`],
    ['a token in a form body', `client_secret=${'s'.repeat(32)}&audience=x`],
  ])('scrub takes out %s', (_what, secret) => {
    const scrubbed = scrub(`before ${secret} after`, 400)
    expect(scrubbed).toContain('[scrubbed]')
    expect(scrubbed).toMatch(/^before .* after$/)
    expect(scrubbed).not.toMatch(/[A-Za-z0-9_-]{17,}/)
  })

  test.each([1, 2, 3])(
    '[S10] scrub takes out a token that is percent-encoded %i times',
    (times) => {
      const secret = 'pXo9_Zr4-QmT2vB7nL1kWs8yHd3fGj6aUe5cRi0x'
      const encode = (text: string): string =>
        Array.from(text, (char) => `%${char.charCodeAt(0).toString(16)}`).join('')
      let encoded = encode(secret)
      for (let more = 1; more < times; more += 1) encoded = encodeURIComponent(encoded)
      const halfway = `${secret.slice(0, 12)}${encoded.slice(encoded.length / 2)}`
      for (const text of [encoded, encoded.toUpperCase(), halfway]) {
        expect(scrub(`/mcp/${text}`, 400)).toBe('/mcp/[scrubbed]')
      }
      expect(scrub(`/mcp/${encoded}`, 100)).not.toContain(encoded.slice(0, 30))
      expect(scrub(`/a/%zz/${encoded} after`, 400)).toBe('/a/%zz/[scrubbed] after')
    },
  )

  test('scrub leaves what is percent-encoded for other reasons', () => {
    const text =
      'https%3A%2F%2Fapi.example%2F%C3%A4%C3%B6%C3%BC%20%2F%C3%A4%C3%B6%C3%BC%C3%A4%C3%B6%C3%BC'
    expect(scrub(text, 200)).toBe(text)
  })

  test('scrub makes one line out of many', () => {
    expect(scrub('a\r\nb\tc\u0000d\u007fe\u0085f\u2028g\u2029h', 100)).toBe('a  b c d e f g h')
  })

  test('scrub never lets a whole secret through, wherever the bound falls', () => {
    fc.assert(
      fc.property(fc.tuple(words, words), secretText, fc.nat(300), (around, secret, maxLength) => {
        expect(scrub(around.join(` ${secret} `), maxLength)).not.toContain(secret)
      }),
    )
  })

  test('scrub gives bounded text without controls and without 24 characters of base64url in a row', () => {
    fc.assert(
      fc.property(words, fc.nat(300), (text, maxLength) => {
        const scrubbed = scrub(text, maxLength)
        expect(scrubbed?.length).toBeLessThanOrEqual(maxLength)
        expect(scrubbed).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
        expect(scrubbed).not.toMatch(/[A-Za-z0-9_-]{24}/)
      }),
      { numRuns: 1_000 },
    )
  })

  test('scrub does not show the beginning of a secret that lies across the bound', () => {
    const secret = 'S'.repeat(60)
    expect(scrub(`${'word '.repeat(18)}${secret}`, 100)).not.toContain('SSS')
  })

  test('scrub does not show the beginning of a secret, however much was taken out before it', () => {
    const secret = 'S'.repeat(60)
    expect(scrub(`${'A'.repeat(380)} ${secret}`, 100)).not.toContain('SSS')
  })

  test.each([[undefined], [null], [7], [true], [{}], [['text']], [new Error('text')]])(
    'scrub gives nothing for %j, which is no text',
    (value) => {
      expect(scrub(value, 100)).toBeUndefined()
    },
  )
})

describe('scrubIdentifier', () => {
  test('scrubIdentifier leaves a UUID as it is, and makes everything else fit as scrub does', () => {
    const uuid = '0af76519-16cd-43dd-8448-eb211c80319c'
    expect(scrubIdentifier(uuid, 100)).toBe(uuid)
    for (const other of [`${uuid}-more`, `${uuid}\n`, 's'.repeat(32), 'short', '', 7, undefined]) {
      expect(scrubIdentifier(other, 100)).toBe(scrub(other, 100))
    }
  })
})

describe('scrubUrl', () => {
  test('[case 20] scrubUrl leaves a URL readable, a tenant named by a UUID included', () => {
    const url = 'https://login.example/11111111-2222-3333-4444-555555555555/v2.0/.well-known/x'
    expect(scrubUrl(url, 200)).toBe(url)
    expect(scrubUrl('/elsewhere/', 200)).toBe('/elsewhere/')
  })

  test('[case 20] scrubUrl takes out user name, password, query, fragment and whatever looks like a token', async () => {
    const token = await jwt({ sub: 'bob' })
    const secret = 's'.repeat(32)
    expect(scrubUrl(`https://user:pw@id.example/a/${secret}?code=1#state`, 200)).toBe(
      'https://id.example/a/[scrubbed]',
    )
    expect(scrubUrl(`https://id.example/${token}`, 400)).not.toContain(token.split('.')[1])
    expect(scrubUrl(`//user:pw@id.example/`, 400)).toBe('//id.example/')
    expect(scrubUrl(`https://id.example/path/${secret}`, 40)).toBe('https://id.example/path/')
    expect(scrubUrl(undefined, 400)).toBeUndefined()
  })
})
