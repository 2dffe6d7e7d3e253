import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  callerForLog,
  identifierForLog,
  identifiersForLog,
} from '../../../src/identity/identifier-for-log.js'

describe('identifiers in the log', () => {
  test.each(['auth0|507f1f77bcf86cd799439011', '5a1c7a3e-0c9b-4d53-8f0c-2f4f1e8f9a10', 'Zoë@x'])(
    'an identifier as servers give it, %s, stays as it is',
    (identifier) => {
      expect(identifierForLog(identifier)).toBe(identifier)
    },
  )

  test('[S16.9] an identifier of 128 characters stays whole, and a longer one is cut and says so', () => {
    expect(identifierForLog('s'.repeat(128))).toBe('s'.repeat(128))
    expect(identifierForLog('s'.repeat(129))).toMatch(
      /^s{128}… \(129 characters, sha256 [0-9a-f]{12}\)$/,
    )
  })

  test('[S16.9] an identifier of any length is bounded, on one line, and told from every other', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string())
    fc.assert(
      fc.property(text, fc.nat(200), (start, more) => {
        const long = `${start}${'x'.repeat(more * 50)}`
        const logged = identifierForLog(long)
        expect(logged.length).toBeLessThan(180)
        expect(logged).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u)
      }),
    )
    const [one, other] = ['a', 'b'].map((end) => identifierForLog(`${'s'.repeat(9_000)}${end}`))
    expect(one).not.toBe(other)
  })

  test.each([
    ['line breaks', 'a\nb', 'a\tb'],
    ['marks that are not seen', 'a\u200bb', 'a\u202eb'],
    ['halves of characters', 'a\ud800', 'a\ud801'],
    ['tokens', 'eyJhbGciOiJub25lIn0.e30.a', 'eyJhbGciOiJub25lIn0.e30.b'],
    ['a token and what stands for it', 'eyJhbGciOiJub25lIn0.e30.a', '[scrubbed]'],
  ])('two identifiers that differ in %s stay different', (_, one, other) => {
    expect(identifierForLog(one)).not.toBe(identifierForLog(other))
  })

  test('[S16.9] a token in the place of an identifier is not logged', () => {
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl'
    expect(callerForLog({ subject: `x ${jwt}`, clientId: jwt })).toEqual({
      subject: expect.stringMatching(/^x \[scrubbed\] \(sha256 [0-9a-f]{12}\)$/) as string,
      clientId: expect.stringMatching(/^\[scrubbed\] \(sha256 [0-9a-f]{12}\)$/) as string,
    })
  })

  test('[S16.9] a list names the first twenty and how many are left', () => {
    const list = identifiersForLog(Array.from({ length: 50 }, (_, index) => `scope:${index}`))
    expect(list).toHaveLength(21)
    expect(list.at(-1)).toBe('(30 more)')
    expect(identifiersForLog(['a', 7, null, []])).toEqual(['a', '(number)', '(null)', '(list)'])
  })
})
