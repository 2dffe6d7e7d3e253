import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { weakenings, type Requirement } from '../../../src/tools/requirement-strength.js'
import type { ToolRequirements } from '../../../src/tools/tool.js'

const requirement = (
  tool: Partial<ToolRequirements>,
  of: Partial<Requirement> = {},
): Requirement => ({
  tool: { name: 'tool', requiredScopes: [], ...tool },
  ...{ isPublic: false, operation: 'GET /trips', ...of },
})
const api = (scopes: readonly string[], name = 'api') => ({ api: name, scopes })
const ways = (...server: readonly (readonly string[])[]) =>
  requirement({ alternatives: server.map((scopes) => ({ server: scopes, api: scopes })) })

describe('a requirement is not as strong as before', () => {
  test.each<readonly [string, Requirement, Requirement, readonly string[]]>([
    ['without a scope', requirement({ requiredScopes: ['a'] }), requirement({}), ['scopes']],
    ['with another scope', ways(['a']), ways(['b']), ['scopes']],
    ['with one more way', ways(['a']), ways(['a'], ['b']), ['scopes']],
    [
      'with more scopes of the API for the same of this server',
      requirement({ requiredScopes: ['a'], downstream: api(['x']) }),
      requirement({ requiredScopes: ['a'], downstream: api(['x', 'y']) }),
      ['scopes'],
    ],
    [
      'with fewer scopes of the API',
      requirement({ downstream: api(['x']) }),
      requirement({ downstream: api([]) }),
      ['scopes'],
    ],
    [
      'at another API',
      requirement({ downstream: api([]) }),
      requirement({ downstream: api([], 'b') }),
      ['api'],
    ],
    ['without a question', requirement({ confirm: true }), requirement({}), ['confirm']],
    ['when it is public', requirement({}), requirement({}, { isPublic: true }), ['public']],
    [
      'for another operation',
      requirement({}),
      requirement({}, { operation: 'GET /all' }),
      ['operation'],
    ],
  ])('%s', (_what, before, after, expected) => {
    expect(weakenings(before, after)).toEqual(expected)
  })

  test.each<readonly [string, Requirement, Requirement]>([
    ['with one more scope', ways(['a']), ways(['a', 'b'])],
    ['with one way less', ways(['a'], ['b']), ways(['b'])],
    ['with a question', requirement({}), requirement({ confirm: true })],
    ['with a way that needs more than another', ways(['a']), ways(['a'], ['a', 'b'])],
  ])('but is %s', (_what, before, after) => {
    expect(weakenings(before, after)).toEqual([])
  })
})

const SCOPES = ['a', 'b', 'c'] as const
const scopes = fc.uniqueArray(fc.constantFrom(...SCOPES))
const alternatives = fc.array(fc.record({ server: scopes, api: scopes }), {
  minLength: 1,
  maxLength: 3,
})

describe('a requirement that is as strong as before', () => {
  test('lets nobody in who was not let in before', () => {
    fc.assert(
      fc.property(alternatives, alternatives, scopes, (old, now, held) => {
        const [before, after] = [
          requirement({ alternatives: old }),
          requirement({ alternatives: now }),
        ]
        if (weakenings(before, after).length > 0) return
        const met = (of: typeof old) =>
          of.filter(({ server }) => server.every((one) => held.includes(one)))
        if (met(now).length > 0) expect(met(old).length).toBeGreaterThan(0)
      }),
      { numRuns: 2_000 },
    )
  })

  test('is as strong as itself', () => {
    fc.assert(
      fc.property(alternatives, (some) => {
        const same = requirement({ alternatives: some })
        expect(weakenings(same, same)).toEqual([])
      }),
    )
  })
})
