import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cacheKey } from '../../../src/exchange/cache-key.js'
import type { TokenExchangeRequest } from '../../../src/exchange/token-exchanger.js'
import { requestOf } from '../../helpers/exchange-requests.js'

interface Inputs {
  readonly subjectToken: string
  readonly issuer: string
  readonly clientId: string
  readonly subjectTokenType: string
  readonly exchangeIssuer: string | undefined
  readonly audience: string
  readonly organization: string | undefined
  readonly claims: string | undefined
  readonly scopes: readonly string[]
}

const GOOD: Inputs = {
  subjectToken: 'subject-token',
  issuer: 'https://issuer.example/',
  clientId: 'mcp-server',
  subjectTokenType: 'urn:ietf:params:oauth:token-type:access_token',
  exchangeIssuer: undefined,
  audience: 'https://api.example/',
  organization: 'org_one',
  claims: undefined,
  scopes: ['read:private', 'write:private'],
}

function requestFor({ subjectToken, issuer, organization, ...rest }: Inputs): TokenExchangeRequest {
  const caller = { issuer, ...(organization === undefined ? {} : { organization }) }
  const { audience, scopes, claims } = rest
  return requestOf({ caller, subjectToken, audience, scopes, claims })
}

function keyOf(inputs: Inputs): string {
  return cacheKey(requestFor(inputs), inputs)
}

/** Short strings of few characters, the framing's own among them: collisions of a careless key abound. */
const field = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '1', ':', '+', '-', ' ', ',', '\u0000'), maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
const inputs: fc.Arbitrary<Inputs> = fc.record({
  subjectToken: field,
  issuer: field,
  clientId: field,
  subjectTokenType: field,
  exchangeIssuer: fc.option(field, { nil: undefined }),
  audience: field,
  organization: fc.option(field, { nil: undefined }),
  claims: fc.option(field, { nil: undefined }),
  scopes: fc.array(field, { maxLength: 4 }),
})

function same(a: Inputs, b: Inputs): boolean {
  const normal = (one: Inputs): unknown[] => [
    one.subjectToken,
    one.issuer,
    one.clientId,
    one.subjectTokenType,
    one.exchangeIssuer === undefined ? [] : [one.exchangeIssuer],
    one.claims === undefined ? [] : [one.claims],
    one.audience,
    one.organization === undefined ? [] : [one.organization],
    [...new Set(one.scopes)].sort(),
  ]
  return JSON.stringify(normal(a)) === JSON.stringify(normal(b))
}

describe('cacheKey', () => {
  test('cacheKey gives two exchanges one key only where every input is the same', () => {
    fc.assert(
      fc.property(inputs, inputs, (a, b) => {
        expect(keyOf(a) === keyOf(b)).toBe(same(a, b))
      }),
      { numRuns: 2_000 },
    )
  })

  test('cacheKey tells apart inputs that differ in where one field ends and the next begins', () => {
    const names = ['subjectToken', 'issuer', 'clientId', 'subjectTokenType', 'audience'] as const
    const boundary = fc.integer({ min: 0, max: names.length - 2 })
    fc.assert(
      fc.property(inputs, boundary, field, (given, index, moved) => {
        const [left, right] = [names[index] ?? 'issuer', names[index + 1] ?? 'clientId']
        fc.pre(moved !== '')
        const a = { ...given, [left]: `${given[left]}${moved}` }
        const b = { ...given, [right]: `${moved}${given[right]}` }
        expect(keyOf(a)).not.toBe(keyOf(b))
      }),
    )
  })

  test('cacheKey tells a scope with a blank in it from two, and no scope from an empty one', () => {
    expect(keyOf({ ...GOOD, scopes: ['a b'] })).not.toBe(keyOf({ ...GOOD, scopes: ['a', 'b'] }))
    expect(keyOf({ ...GOOD, scopes: [] })).not.toBe(keyOf({ ...GOOD, scopes: [''] }))
  })

  test('cacheKey tells no organization from every organization, the empty one included', () => {
    const none = keyOf({ ...GOOD, organization: undefined })
    for (const organization of ['', '-', '+', 'undefined', 'null']) {
      expect(keyOf({ ...GOOD, organization })).not.toBe(none)
    }
  })

  test('cacheKey tells no exchange issuer from every exchange issuer, the empty one included', () => {
    const none = keyOf({ ...GOOD, exchangeIssuer: undefined })
    for (const exchangeIssuer of ['', '-', '+', 'undefined', 'null', GOOD.issuer]) {
      expect(keyOf({ ...GOOD, exchangeIssuer })).not.toBe(none)
    }
  })

  test('cacheKey does not mind the order of scopes, nor a scope given twice', () => {
    const scopes = fc.array(field, { maxLength: 5 })
    fc.assert(
      fc.property(scopes, fc.nat(), (given, turn) => {
        const at = given.length === 0 ? 0 : turn % given.length
        const turned = [...given.slice(at), ...given.slice(0, at), ...given.slice(0, 1)]
        expect(keyOf({ ...GOOD, scopes: turned })).toBe(keyOf({ ...GOOD, scopes: given }))
      }),
    )
  })

  test('cacheKey depends on each single input', () => {
    const changed: readonly Inputs[] = [
      { ...GOOD, subjectToken: 'subject-tokeN' },
      { ...GOOD, issuer: 'https://issuer.example' },
      { ...GOOD, clientId: 'mcp-server2' },
      { ...GOOD, subjectTokenType: 'urn:example:profile' },
      { ...GOOD, exchangeIssuer: 'https://other.example/' },
      { ...GOOD, exchangeIssuer: 'https://other.example' },
      { ...GOOD, audience: 'https://api.example' },
      { ...GOOD, organization: 'org_two' },
      { ...GOOD, organization: undefined },
      { ...GOOD, claims: '{"access_token":{}}' },
      { ...GOOD, claims: '{"access_token":{"acrs":{}}}' },
      { ...GOOD, scopes: ['read:private'] },
    ]
    const keys = [GOOD, ...changed].map(keyOf)
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('cacheKey does not depend on anything else that is known of the caller', () => {
    const one = requestFor(GOOD)
    const other = { ...one, caller: { ...one.caller, scopes: [], expiresAtSeconds: 1, name: 'x' } }
    expect(cacheKey(other, GOOD)).toBe(cacheKey(one, GOOD))
  })

  test('cacheKey is a whole SHA-256 in hex, with nothing of the token in it', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        expect(keyOf(given)).toMatch(/^[\da-f]{64}$/)
      }),
    )
  })

  test('cacheKey leaves the list of scopes as it was', () => {
    const scopes = Object.freeze(['b', 'a'])
    keyOf({ ...GOOD, scopes })
    expect(scopes).toEqual(['b', 'a'])
  })
})
