import { describe, expect, test } from 'vitest'
import { shareValues } from '../../../src/identity/share-values.js'

const parsed = (claims: object) => JSON.parse(JSON.stringify(claims)) as Record<string, unknown>

describe('claims that many tokens have in common', () => {
  test('claims of two tokens share equal lists, and are as they were', () => {
    const claims = { iss: 'https://as.example/', aud: ['a', 'b'], exp: 1, act: { sub: 'x' } }
    const [one, two] = [parsed(claims), parsed(claims)]
    for (const each of [one, two]) shareValues(each)
    expect([one, two]).toEqual([claims, claims])
    expect(one['aud']).toBe(two['aud'])
    expect(Object.isFrozen(one['aud'])).toBe(true)
  })

  test('claims that only look alike are not taken for one another', () => {
    const claims = parsed({ a: ['x'], b: '["x"]', c: [1], d: 'x', e: [], f: '[]', g: [['x']] })
    const before = structuredClone(claims)
    shareValues(claims)
    shareValues(claims)
    expect(claims).toEqual(before)
  })

  test('claims are as they were also where more come than are shared', () => {
    for (let index = 0; index < 3_000; index += 1) {
      const claims = { sub: `user ${index}`, permissions: [`p${index}`] }
      const shared = parsed(claims)
      shareValues(shared)
      expect(shared).toEqual(claims)
    }
  })
})
