import { describe, expect, test } from 'vitest'
import { fingerprint, VerifiedTokenCache } from '../../../src/identity/verified-token-cache.js'
import { Secret } from '../../../src/secret.js'

const NOW_SECONDS = 1_000_000
const KEYS = { keys: [] }
const ISSUER = {
  issuer: 'https://issuer.example/',
  keys: () => Promise.resolve(KEYS),
  metadata: () => Promise.reject(new Error('not asked for')),
}
const TOKEN = new Secret('header.claims.signature')

function setUp(maxEntries = 2) {
  const time = { now: NOW_SECONDS * 1_000 }
  const tokens = new VerifiedTokenCache({
    maxEntries,
    clock: () => time.now,
    random: () => 0,
  })
  const remember = (claims: Record<string, unknown>, token = TOKEN): void => {
    tokens.remember(token, { claims, issuer: ISSUER, keySet: KEYS })
  }
  const find = (token = TOKEN, keySet = KEYS): unknown => tokens.find(token, keySet)?.['sub']
  return { time, remember, find, tokens }
}

describe('a verified token', () => {
  const claims = { sub: 'alice', exp: NOW_SECONDS + 60 }

  test('a verified token has claims that nobody can change, those inside of others included', () => {
    const { tokens, remember } = setUp()
    remember({ ...claims, act: { sub: 'service' }, permissions: ['a'] })
    const found = tokens.find(TOKEN, KEYS)
    expect(() => Object.assign(found ?? {}, { sub: 'bob' })).toThrow(TypeError)
    expect(() => Object.assign(found?.['act'] as object, { sub: 'other' })).toThrow(TypeError)
    expect(() => (found?.['permissions'] as string[]).push('b')).toThrow(TypeError)
  })

  test('a verified token is known to be of its issuer', () => {
    const { tokens, remember } = setUp()
    expect(tokens.issuerOf(TOKEN)).toBeUndefined()
    remember(claims)
    expect(tokens.issuerOf(TOKEN)).toBe(ISSUER)
    expect(tokens.issuerOf(new Secret('another.to.ken'))).toBeUndefined()
  })

  test('[M28] a verified token is known up to its expiry, and not from then on', () => {
    const { time, remember, find } = setUp()
    remember(claims)
    expect(find()).toBe('alice')
    time.now += 59_999
    expect(find()).toBe('alice')
    time.now += 1
    expect(find()).toBeUndefined()
  })

  test('a verified token that has expired is forgotten for good, whatever the clock says afterwards', () => {
    const { time, remember, find } = setUp()
    remember(claims)
    time.now += 60_000
    expect(find()).toBeUndefined()
    time.now -= 60_000
    expect(find()).toBeUndefined()
  })

  test('a verified token that had expired by then is not known afterwards either, whatever the clock says', () => {
    const { time, remember, find } = setUp()
    time.now += 60_000
    remember(claims)
    time.now -= 60_000
    expect(find()).toBeUndefined()
  })

  test('a verified token expires between two seconds where its expiry lies there', () => {
    const { time, remember, find } = setUp()
    remember({ ...claims, exp: NOW_SECONDS + 0.5 })
    time.now += 499
    expect(find()).toBe('alice')
    time.now += 1
    expect(find()).toBeUndefined()
  })

  test.each([
    ['that has expired', NOW_SECONDS],
    ['without expiry', undefined],
    ['whose expiry is text', `${NOW_SECONDS + 60}`],
    ['whose expiry is no number', NaN],
  ])('%s is not remembered', (_what, exp) => {
    const { remember, find } = setUp()
    remember({ ...claims, exp })
    expect(find()).toBeUndefined()
  })

  test('a verified token is known with the very key set that verified it, and with no equal one', () => {
    const { remember, find } = setUp()
    remember(claims)
    expect(find(TOKEN, { keys: [] })).toBeUndefined()
    expect(find()).toBeUndefined()
  })

  test('a verified token is known by all of its text', () => {
    const { remember, find } = setUp()
    remember(claims)
    expect(find(new Secret('header.claims.signature2'))).toBeUndefined()
    expect(fingerprint(TOKEN)).toMatch(/^[0-9a-f]{64}$/)
    expect(fingerprint(TOKEN)).not.toBe(fingerprint(new Secret('header.claims.signaturf')))
  })

  test('a verified token makes room for newer ones', () => {
    const { remember, find } = setUp(2)
    const tokens = ['a', 'b', 'c'].map((text) => new Secret(text))
    for (const token of tokens) remember(claims, token)
    expect(tokens.map((token) => find(token))).toEqual([undefined, 'alice', 'alice'])
  })

  test('a verified token is never known where none are kept', () => {
    const { remember, find } = setUp(0)
    remember(claims)
    expect(find()).toBeUndefined()
  })
})
