import { describe, expect, test } from 'vitest'
import { createMemoryTokenCache, type CacheEntry } from '../../../src/exchange/token-cache.js'
import { exchangedOf, ISSUER } from '../../helpers/exchange-requests.js'

const entryOf = (token: string): CacheEntry => ({
  issuer: ISSUER,
  subject: 'auth0|alice',
  expiresAtMs: 1,
  token: exchangedOf(token),
})

describe('the token cache in memory', () => {
  test('the token cache in memory gives back what was put in, and nothing for a key it never saw', async () => {
    const cache = createMemoryTokenCache()
    const entry = entryOf('a')
    await cache.set('key', entry)
    expect(await cache.get('key')).toBe(entry)
    expect(await cache.get('other key')).toBeUndefined()
  })

  test('the token cache in memory keeps the latest entry of a key', async () => {
    const cache = createMemoryTokenCache()
    await cache.set('key', entryOf('a'))
    const later = entryOf('b')
    await cache.set('key', later)
    expect(await cache.get('key')).toBe(later)
  })

  test('the token cache in memory forgets one key, and not the others', async () => {
    const cache = createMemoryTokenCache()
    await cache.set('one', entryOf('a'))
    await cache.set('two', entryOf('b'))
    await cache.delete('one')
    await cache.delete('never seen')
    expect(await cache.get('one')).toBeUndefined()
    expect(await cache.get('two')).toBeDefined()
  })

  test('the token cache in memory drops what was not used once it is full', async () => {
    // The one that was used is looked at first.
    const looks = [0, 0.5]
    const random = () => looks.shift() ?? 0
    const cache = createMemoryTokenCache({ maxEntries: 2, clock: () => 0, random })
    await cache.set('one', entryOf('a'))
    await cache.set('two', entryOf('b'))
    await cache.get('one')
    await cache.set('three', entryOf('c'))
    expect(await cache.get('two')).toBeUndefined()
    expect(await cache.get('one')).toBeDefined()
    expect(await cache.get('three')).toBeDefined()
  })

  test('the token cache in memory holds 30,000 entries unless told otherwise', async () => {
    const cache = createMemoryTokenCache({ clock: () => 0, random: () => 0 })
    const keys = Array.from({ length: 30_001 }, (_, index) => `${index}`)
    for (const key of keys) await cache.set(key, { ...entryOf(key), subject: key })
    const found = await Promise.all(keys.map((key) => cache.get(key)))
    expect(found.filter((entry) => entry !== undefined)).toHaveLength(30_000)
    expect(found[0]).toBeUndefined()
  })

  test('the token cache in memory shares nothing with another cache', async () => {
    await createMemoryTokenCache().set('key', entryOf('a'))
    expect(await createMemoryTokenCache().get('key')).toBeUndefined()
  })
})
