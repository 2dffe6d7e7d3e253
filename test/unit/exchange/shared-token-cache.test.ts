import { describe, expect, test } from 'vitest'
import {
  createSharedTokenCache,
  type SharedTokenCacheOptions,
} from '../../../src/exchange/shared-token-cache.js'
import { createMemoryTokenCache, type CacheEntry } from '../../../src/exchange/token-cache.js'
import { Secret } from '../../../src/secret.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import type { Store } from '../../../src/store/store.js'
import { RecordingLog } from '../../helpers/recording-log.js'

const KEYS: [Secret] = [new Secret('k'.repeat(32))]
const context = { subjectToken: new Secret('subject-token') }
const entry: CacheEntry = {
  issuer: 'https://issuer.example/',
  subject: 'alice',
  expiresAtMs: Date.now() + 600_000,
  token: {
    token: new Secret('exchanged-token'),
    expiresAtSeconds: 4_000_000_000,
    scopes: ['read:api'],
    delegation: { actor: 'mcp', chain: ['mcp'] },
    tokenType: 'bearer',
    issuedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
  },
}

const sharedBy = (store: Store, more: Partial<SharedTokenCacheOptions> = {}) =>
  createSharedTokenCache({ store, keys: KEYS, ...more })

/** A store whose values can be looked at. */
function openStore() {
  const values = new Map<string, Uint8Array>()
  const memory = createMemoryStore()
  const store: Store = {
    ...memory,
    run: (script, call) => memory.run(script, call),
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => {
      values.set(key, value)
      return Promise.resolve(true)
    },
    delete: (...keys) => {
      for (const key of keys) values.delete(key)
      return Promise.resolve()
    },
  }
  return { store, values }
}

describe('a cache that several processes share', () => {
  test('finds in one what another has kept, whole', async () => {
    const store = createMemoryStore()
    await sharedBy(store).set('key', entry, context)
    const found = await sharedBy(store).get('key', context)
    expect(found).toEqual(entry)
    expect(found && 'token' in found && found.token.token.reveal()).toBe('exchanged-token')
  })

  test('forgets in all what one forgets', async () => {
    const store = createMemoryStore()
    const one = sharedBy(store)
    await one.set('key', entry, context)
    await one.delete('key')
    expect(await one.get('key', context)).toBeUndefined()
    expect(await sharedBy(store).get('key', context)).toBeUndefined()
  })

  test('has nothing in the store that can be read', async () => {
    const { store, values } = openStore()
    await sharedBy(store).set('key', entry, context)
    const dump = Buffer.concat(
      [...values].flatMap(([key, value]) => [Buffer.from(key), value]),
    ).toString('latin1')
    for (const plain of [
      'exchanged-token',
      'alice',
      'issuer.example',
      'read:api',
      'subject-token',
    ]) {
      expect(dump).not.toContain(plain)
    }
  })

  test('opens nothing for another token, and says so once it has forgotten it', async () => {
    const { store, values } = openStore()
    const log = new RecordingLog()
    await sharedBy(store).set('key', entry, context)
    const stolen = sharedBy(store, { log })
    expect(await stolen.get('key', { subjectToken: new Secret('of-mallory') })).toBeUndefined()
    expect(log.named('shared_token_unreadable')).toHaveLength(1)
    expect(values.size).toBe(0)
  })

  test('takes an entry that was moved to another key for none', async () => {
    const { store, values } = openStore()
    await sharedBy(store).set('key', entry, context)
    values.set('t:other', values.get('t:key') ?? new Uint8Array())
    expect(await sharedBy(store).get('other', context)).toBeUndefined()
  })

  test('keeps refusals, and what no token came with, in this process alone', async () => {
    const { store, values } = openStore()
    const refusal = { code: 'access_denied', details: {} } as const
    const { issuer, subject, expiresAtMs } = entry
    const one = sharedBy(store)
    await one.set('refused', { issuer, subject, expiresAtMs, refusal }, context)
    await one.set('bare', entry)
    expect(values.size).toBe(0)
    expect(await one.get('refused', context)).toMatchObject({ refusal })
    expect(await one.get('bare')).toEqual(entry)
  })

  test('keeps nothing that has expired', async () => {
    const { store, values } = openStore()
    await sharedBy(store).set('key', { ...entry, expiresAtMs: Date.now() - 1 }, context)
    await sharedBy(store).set('never', { ...entry, expiresAtMs: -Infinity }, context)
    expect(values.size).toBe(0)
  })

  test('rejects while the store cannot be had, and still has what this process keeps', async () => {
    const store = createMemoryStore()
    const one = sharedBy(store)
    await one.set('key', entry, context)
    await store.close()
    expect(await one.get('key', context)).toEqual(entry)
    await expect(one.get('other', context)).rejects.toThrow('closed')
  })

  test('asks the store once for what it finds there', async () => {
    const { store } = openStore()
    await sharedBy(store).set('key', entry, context)
    let asked = 0
    const counting = { ...store, get: (key: string) => ((asked += 1), store.get(key)) }
    const other = sharedBy(counting, { local: createMemoryTokenCache() })
    await other.get('key', context)
    await other.get('key', context)
    expect(asked).toBe(1)
  })

  test.each([
    [{ keys: [] }, /must have a key/],
    [{ keys: [new Secret('short')] }, /32 characters/],
    [{ store: {} }, /must be a Store/],
  ])('does not begin with unusable options: %j', (options, message) => {
    expect(() => sharedBy(createMemoryStore(), options as never)).toThrow(message)
  })
})
