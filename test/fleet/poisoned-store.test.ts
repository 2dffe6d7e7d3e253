import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SharedPendingCalls } from '../../src/confirmation/shared-pending-calls.js'
import { createExchangeLocks } from '../../src/exchange/exchange-locks.js'
import { SharedRateShare } from '../../src/exchange/rate-share.js'
import { createSharedTokenCache } from '../../src/exchange/shared-token-cache.js'
import { SharedWindow } from '../../src/limits/shared-window.js'
import { Secret } from '../../src/secret.js'
import { createRedisStore } from '../../src/store/redis-store.js'
import type { Store } from '../../src/store/store.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { startRedis } from './helpers/redis-server.js'
import { untilReady } from './helpers/until-ready.js'

const KEYS = [new Secret('k'.repeat(32))]
const YEARS_MS = '300000000000'

async function startStore() {
  const redis = await startRedis()
  const log = new RecordingLog()
  const client = createClient({
    socket: { path: redis.path, tls: false },
    disableOfflineQueue: true,
  })
  const store = createRedisStore({ client, timeoutMs: 5_000, log })
  const stranger = new Redis({ path: redis.path })
  onTestFinished(async () => {
    stranger.disconnect()
    await store.close()
  })
  await untilReady(store)
  return { store, log, stranger }
}

/** What somebody else can put in the place of a value. */
const POISONS: Readonly<Record<string, (stranger: Redis, key: string) => Promise<unknown>>> = {
  'a list': (stranger, key) => stranger.rpush(key, '1'),
  'a hash': (stranger, key) => stranger.hset(key, 'a', '1'),
  'a stream': (stranger, key) => stranger.xadd(key, '*', 'a', '1'),
  'an empty value': (stranger, key) => stranger.set(key, ''),
  'one byte': (stranger, key) => stranger.set(key, Buffer.of(255)),
  'a large number without an end': (stranger, key) => stranger.set(key, '999999'),
  'a number that no number holds': (stranger, key) => stranger.set(key, '9'.repeat(400)),
  'a negative number': (stranger, key) => stranger.set(key, '-5'),
  'a number for years': (stranger, key) => stranger.set(key, '999999', 'PX', YEARS_MS),
  'users for years': (stranger, key) =>
    stranger.set(key, 'a-b 999999 1000000 99999999999999;', 'PX', YEARS_MS),
  'more than the whole rate': (stranger, key) =>
    stranger.set(key, `a-b 1 1000001 ${Date.now() + 2_500};`, 'PX', 2_500),
  'ten million bytes': (stranger, key) => stranger.set(key, Buffer.alloc(10_000_000, 'a')),
}

/** What instances share: each rejects unless it works as if nothing were there. */
const USES: Readonly<Record<string, (store: Store, log: RecordingLog) => Promise<unknown>>> = {
  'a limit': async (store) => {
    const window = new SharedWindow({ limit: 2, store, keys: KEYS, name: 'a', instances: 2 })
    const taken = [await window.take('u', 1), await window.take('u', 1), await window.take('u', 1)]
    expect(taken.map((overdraft) => overdraft === undefined)).toEqual([true, true, false])
    expect(taken[2]?.retryAfterSeconds).toBeLessThanOrEqual(60)
  },
  'a lock': async (store) => {
    const locks = createExchangeLocks(store)
    // What ends sooner than a lease may be a lock of ours: it holds nobody up for longer than that.
    await vi.waitUntil(() => locks.acquire('a', 5_000), { timeout: 60_000 })
    expect(await locks.acquire('a', 5_000)).toBeUndefined()
  },
  'a call that waits': async (store) => {
    const clock = (): number => Date.now()
    const options = { store, keys: KEYS, lifetimeMs: 60_000, clock, maxPerUser: 1 }
    const pending = new SharedPendingCalls(options)
    const asked = { user: 'u', tool: 't', question: 'q', client: { id: 'c' }, subject: 's' }
    expect(await pending.take(asked)).toMatchObject({ kind: 'waiting' })
  },
  'an approved call': async (store) => {
    const clock = (): number => Date.now()
    const options = { store, keys: KEYS, lifetimeMs: 60_000, clock, maxPerUser: 5 }
    const pending = new SharedPendingCalls(options)
    const asked = { user: 'v', tool: 't', question: 'q', client: { id: 'c' }, subject: 'r' }
    let first = await pending.take(asked)
    // Several rounds that cannot be read take it longer than one call.
    if (first === 'full') first = await pending.take(asked)
    if (first === 'full' || first.kind !== 'waiting') throw new Error('nobody is asked')
    expect(await pending.decide(first.call.id, 'approved')).toBe(true)
    expect(await pending.take(asked)).toMatchObject({ kind: 'approved' })
    // It counts once, and the next call of the kind is asked about at once.
    expect(await pending.take(asked)).toMatchObject({ kind: 'waiting' })
  },
  'a rate': async (store) => {
    const timers = { after: () => ({ cancel: () => undefined }) }
    const share = new SharedRateShare({ store, instances: 4, name: 'a', timers })
    share.note('u')
    await vi.waitFor(
      () => {
        expect(share.fraction).toBe(1)
      },
      { timeout: 60_000 },
    )
  },
  'a token': async (store, log) => {
    const context = { subjectToken: new Secret('subject') }
    const cache = () => createSharedTokenCache({ store, keys: KEYS, log })
    expect(await cache().get('a', context)).toBeUndefined()
    const token = { token: new Secret('exchanged') }
    const entry = { issuer: 'i', subject: 's', expiresAtMs: Date.now() + 60_000, token }
    await cache().set('a', entry, context)
    expect(await cache().get('a', context)).toMatchObject({ subject: 's' })
  },
}

describe.each(Object.keys(USES))('%s in a store into which somebody else writes', (name) => {
  const use = USES[name] ?? (() => Promise.reject(new Error(name)))

  test.each(Object.keys(POISONS))(
    'works as if nothing were there, where there is %s',
    async (what) => {
      const { store, log, stranger } = await startStore()
      await use(store, log)
      // Each mark says that something was used, and goes on to say so.
      const keys = (await stranger.keys('*')).filter((key) => !key.startsWith('mcp-obo:pt:'))
      expect(keys).not.toEqual([])
      for (const key of keys) {
        await stranger.del(key)
        await POISONS[what]?.(stranger, key)
      }
      await use(store, log)
      const events = new Set(log.lines.map(({ name: event }) => event))
      for (const event of ['store_unavailable', 'store_refuses', 'token_cache_failed']) {
        expect(events).not.toContain(event)
      }
      expect(log.named('store_value_ignored').length).toBeLessThanOrEqual(1)
    },
  )

  test('ends by itself, whatever it has in the store', async () => {
    const { store, log, stranger } = await startStore()
    await use(store, log)
    const keys = await stranger.keys('*')
    const left = await Promise.all(keys.map((key) => stranger.pttl(key)))
    expect(left.length).toBeGreaterThan(0)
    for (const ms of left) {
      expect(ms).toBeGreaterThan(0)
      expect(ms).toBeLessThanOrEqual(180_000)
    }
  })
})

test('a value of another type, or far too long, is none, and is told of once', async () => {
  const { store, log, stranger } = await startStore()
  await stranger.rpush('mcp-obo:a', '1')
  await stranger.set('mcp-obo:b', Buffer.alloc(10_000_000))
  for (const key of ['a', 'b', 'a']) expect(await store.get(key)).toBeUndefined()
  await store.set('c', Uint8Array.of(1), { ttlMs: 60_000 })
  expect(log.lines.map(({ name }) => name)).toEqual(['store_available', 'store_value_ignored'])
})
