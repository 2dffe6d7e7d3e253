import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isUsedUp, parseRateLimits, type RateLimit } from '../../../src/exchange/rate-limits.js'
import { NOW_SECONDS } from '../../helpers/exchange-requests.js'

const clock = (): number => NOW_SECONDS * 1_000
const parsed = (headers: Record<string, string>) => parseRateLimits(new Headers(headers), clock)
const inSeconds = (seconds: number): number => (NOW_SECONDS + seconds) * 1_000

test.each<[string, Record<string, string>, readonly RateLimit[]]>([
  [
    'Auth0',
    {
      'X-RateLimit-Limit': '8',
      'X-RateLimit-Remaining': '3',
      'X-RateLimit-Reset': `${NOW_SECONDS + 1}`,
    },
    [{ limit: 8, remaining: 3, resetAtMs: inSeconds(1) }],
  ],
  [
    'Okta',
    {
      'X-Rate-Limit-Limit': '600',
      'X-Rate-Limit-Remaining': '0',
      'X-Rate-Limit-Reset': `${NOW_SECONDS + 30}`,
    },
    [{ limit: 600, remaining: 0, resetAtMs: inSeconds(30) }],
  ],
  [
    'the draft of 2021',
    { 'RateLimit-Limit': '10, 10;w=60', 'RateLimit-Remaining': '9', 'RateLimit-Reset': '50' },
    [{ limit: 10, remaining: 9, resetAtMs: inSeconds(50) }],
  ],
  [
    'the draft of 2023',
    { RateLimit: 'limit=100, remaining=50, reset=5', 'RateLimit-Policy': '100;w=60' },
    [{ limit: 100, remaining: 50, resetAtMs: inSeconds(5) }],
  ],
  [
    'the draft of today',
    { RateLimit: '"default";r=50;t=30', 'RateLimit-Policy': '"default";q=100;w=60' },
    [{ limit: 100, remaining: 50, resetAtMs: inSeconds(30) }],
  ],
  [
    'the draft of today, with several policies',
    {
      RateLimit: '"burst";r=0;t=1, "daily, all";r=900',
      'RateLimit-Policy': '"burst";q=10;w=1,"daily, all";q=1000;w=86400',
    },
    [
      { limit: 10, remaining: 0, resetAtMs: inSeconds(1) },
      { limit: 1_000, remaining: 900, resetAtMs: inSeconds(86_400) },
    ],
  ],
  [
    'a limit of some users alone',
    { RateLimit: '"peruser";r=0;t=30;pk=:cHN1ZG9u:' },
    [{ limit: undefined, remaining: 0, resetAtMs: inSeconds(30), partitioned: true }],
  ],
  [
    'a field with a text among its parameters',
    { RateLimit: '"default";r=5;t=30;note="a;r=0"' },
    [{ remaining: 5, resetAtMs: inSeconds(30) }],
  ],
  [
    'a field with bytes among its parameters',
    { RateLimit: '"default";r=5;t=30;key=:a;r=9:' },
    [{ remaining: 5, resetAtMs: inSeconds(30) }],
  ],
  [
    'policies whose names begin alike',
    {
      RateLimit: '"daily, one";r=1;t=1, "daily, all";r=2;t=1',
      'RateLimit-Policy': '"daily, all";q=20, "daily, one";q=10',
    },
    [
      { limit: 10, remaining: 1, resetAtMs: inSeconds(1) },
      { limit: 20, remaining: 2, resetAtMs: inSeconds(1) },
    ],
  ],
  [
    'policies whose names are tokens',
    { RateLimit: 'bulk;r=1;t=1, burst;r=2;t=1', 'RateLimit-Policy': ' burst;q=20, bulk;q=10' },
    [
      { limit: 10, remaining: 1, resetAtMs: inSeconds(1) },
      { limit: 20, remaining: 2, resetAtMs: inSeconds(1) },
    ],
  ],
  [
    'a limit without a name, which has no policy',
    { RateLimit: ';r=1;t=1', 'RateLimit-Policy': 'r;q=5' },
    [{ remaining: 1, resetAtMs: inSeconds(1) }],
  ],
  [
    'the first thousand characters alone',
    { RateLimit: `"a";r=1;t=1,${'x'.repeat(1_000)},"b";r=2` },
    [{ remaining: 1, resetAtMs: inSeconds(1) }],
  ],
  [
    'the longest duration',
    { 'X-RateLimit-Reset': '999999999' },
    [{ resetAtMs: inSeconds(999_999_999) }],
  ],
  ['the first time in seconds', { 'X-RateLimit-Reset': '1000000000' }, [{ resetAtMs: 1e12 }]],
  [
    'the last time in seconds',
    { 'X-RateLimit-Reset': '999999999999' },
    [{ resetAtMs: 999_999_999_999_000 }],
  ],
  [
    'the first time in milliseconds',
    { 'X-RateLimit-Reset': '1000000000000' },
    [{ resetAtMs: 1e12 }],
  ],
  ['milliseconds', { 'X-RateLimit-Reset': `${inSeconds(7)}` }, [{ resetAtMs: inSeconds(7) }]],
  ['nobody', {}, []],
])('the rate limits of %s are read', (_, headers, limits) => {
  expect(parsed(headers)).toEqual(limits)
})

test.each(['1e999', '-1', '0x10', '١', 'NaN', 'Infinity', '', ' ', '9'.repeat(400), '1.5', '"0"'])(
  'the value %j is no number of requests',
  (value) => {
    expect(parsed({ 'X-RateLimit-Remaining': encodeURI(value) })).toEqual([])
    expect(parsed({ RateLimit: `"x";r=${encodeURI(value)}` })).toEqual([])
  },
)

test('a limit of some users alone is never the one that stops all', () => {
  expect(isUsedUp({ remaining: 0 })).toBe(true)
  expect(isUsedUp({ remaining: 0, partitioned: true })).toBe(false)
  expect(isUsedUp({ remaining: 1 })).toBe(false)
  expect(isUsedUp({ resetAtMs: 1 })).toBe(false)
})

describe('whatever an authorization server writes', () => {
  const names = [
    ...['X-RateLimit-', 'X-Rate-Limit-', 'RateLimit-'].flatMap((prefix) =>
      ['Limit', 'Remaining', 'Reset'].map((name) => prefix + name),
    ),
    'RateLimit',
    'RateLimit-Policy',
  ]

  test('it is read without an error, in bounded time, to whole numbers', () => {
    const values = fc.stringMatching(/^[ -~]{0,60}$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), values)), (headers) => {
        const limits = parsed(Object.fromEntries(headers))
        expect(limits.length).toBeLessThanOrEqual(13)
        for (const { limit = 0, remaining = 0, resetAtMs = 0 } of limits) {
          for (const number of [limit, remaining]) expect(number).toSatisfy(Number.isSafeInteger)
          expect(Number.isFinite(resetAtMs)).toBe(true)
        }
      }),
    )
    expect(parsed({ RateLimit: '"a";r=1,'.repeat(100_000) })).toHaveLength(10)
  })
})
