import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildChallenge } from '../../../src/failures/challenge.js'
import { parseChallenges } from '../../../src/http/parse-challenges.js'

const read = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])

describe('parseChallenges', () => {
  test.each<[string, string, unknown]>([
    ['one challenge', 'Bearer realm="a", error="b"', [['bearer', { realm: 'a', error: 'b' }]]],
    [
      'values without quotes',
      'Bearer error=b,claims=YQ',
      [['bearer', { error: 'b', claims: 'YQ' }]],
    ],
    [
      'several challenges, as several lines come',
      'Bearer realm="", error="a", DPoP algs="ES256", Bearer error="b"',
      [
        ['bearer', { realm: '', error: 'a' }],
        ['dpop', { algs: 'ES256' }],
        ['bearer', { error: 'b' }],
      ],
    ],
    [
      'credentials without names',
      'Negotiate YII/a+b==, Bearer error="a"',
      [
        ['negotiate', {}],
        ['bearer', { error: 'a' }],
      ],
    ],
    ['a scheme alone', 'Negotiate', [['negotiate', {}]]],
    ['escapes', String.raw`Bearer realm="say \"no\""`, [['bearer', { realm: 'say "no"' }]]],
    [
      'parameters that are part of a text',
      'Bearer realm="x, error=\\"insufficient_claims\\", claims=\\"e30\\"", error="a"',
      [['bearer', { realm: 'x, error="insufficient_claims", claims="e30"', error: 'a' }]],
    ],
    ['the first of a name that comes twice', 'Bearer a="1", A="2"', [['bearer', { a: '1' }]]],
    ['names in capitals', 'BEARER Error="a"', [['bearer', { error: 'a' }]]],
    ['nothing', '', []],
    ['a parameter without a scheme', 'error="a"', []],
    [
      'what is before the end of a quote that never ends',
      'Bearer a="1", b="2',
      [
        ['bearer', { a: '1' }],
        ['b', {}],
      ],
    ],
    ['nothing of a header that is too long', `Bearer a="${'x'.repeat(20_000)}"`, []],
  ])('parseChallenges reads %s', (_, header, challenges) => {
    expect(read(header)).toEqual(challenges)
  })

  test('parseChallenges reads back what this server writes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    fc.assert(
      fc.property(text, text, (claims, errorDescription) => {
        const header = buildChallenge({
          ...{ error: 'insufficient_claims', claims, errorDescription },
          resourceMetadata: 'https://mcp.example/m',
        })
        expect(read(header)).toMatchObject([
          [
            'bearer',
            { error: 'insufficient_claims', claims: Buffer.from(claims).toString('base64') },
          ],
        ])
      }),
    )
  })

  test('parseChallenges ends for any header, soon', () => {
    const piece = fc.constantFrom('"', '\\', ',', ' ', '=', 'Bearer', 'a=', 'a="', '\t', '==', 'é')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
        expect(Array.isArray(parseChallenges(pieces.join('')))).toBe(true)
      }),
    )
  })
})
