import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster, createSentinel } from 'redis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createExchangeLocks } from '../../src/exchange/exchange-locks.js'
import { createRedisStore, type RedisStoreOptions } from '../../src/store/redis-store.js'
import type { Store } from '../../src/store/store.js'
import { startCluster, startSentinel, startTlsRedis } from './helpers/redis-topologies.js'
import { untilReady } from './helpers/until-ready.js'

type Client = RedisStoreOptions['client']

const socket = { host: '127.0.0.1', reconnectStrategy: 50 }
const IOREDIS = {
  host: '127.0.0.1',
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: () => 50,
}

function storeOn(client: Client): Store {
  const store = createRedisStore({ client, timeoutMs: 5_000, probeMs: 50 })
  onTestFinished(() => store.close())
  return store
}

/** Values in all parts of the key space, what is there once, scripts, and messages. */
async function expectToWork(store: Store): Promise<void> {
  const keys = Array.from({ length: 50 }, (_, index) => `key ${index}`)
  const life = { ttlMs: 60_000 }
  await Promise.all(keys.map((key) => store.set(key, Buffer.from(key), life)))
  const found = await Promise.all(keys.map((key) => store.get(key)))
  expect(found.map((value) => Buffer.from(value ?? []).toString())).toEqual(keys)
  await store.delete(...keys)
  expect(await store.get('key 0')).toBeUndefined()
  const locks = createExchangeLocks(store)
  for (const key of keys) {
    const lock = await locks.acquire(key, 60_000)
    expect(await locks.acquire(key, 60_000)).toBeUndefined()
    await lock?.release()
    expect(await locks.isHeld(key)).toBe(false)
  }
  const heard = vi.fn()
  let stands = 0
  const leave = store.subscribe('news', { message: heard, gap: () => (stands += 1) })
  await vi.waitUntil(() => stands > 0, { timeout: 60_000 })
  await store.publish('news', 'hello')
  await vi.waitUntil(() => heard.mock.calls.length > 0, { timeout: 60_000 })
  expect(heard).toHaveBeenCalledWith('hello')
  leave()
}

describe('a Redis that speaks TLS', () => {
  const clients = {
    redis: (port: number, ca?: string): Client =>
      createClient({ socket: { ...socket, port, tls: true, ca }, disableOfflineQueue: true }),
    ioredis: (port: number, ca?: string): Client => new Redis({ ...IOREDIS, port, tls: { ca } }),
  }

  test.each(Object.entries(clients))('is used by %s with its authority', async (_, clientOf) => {
    const { port, ca } = await startTlsRedis()
    await expectToWork(await untilReady(storeOn(clientOf(port, ca))))
  })

  test.each(Object.entries(clients))('is not used by %s without', async (_, clientOf) => {
    const { port } = await startTlsRedis()
    const client = clientOf(port)
    const refused = new Promise((resolve) => client.on('error', resolve))
    const store = storeOn(client)
    expect(String(await refused)).toContain('self-signed certificate')
    await expect(store.get('a')).rejects.toThrow('cannot be had')
  })
})

describe('a Redis that a sentinel watches over', () => {
  const clients = {
    redis: ({ sentinelPort, password, sentinelPassword }: Sentinel): Client =>
      createSentinel({
        name: 'main',
        sentinelRootNodes: [{ host: '127.0.0.1', port: sentinelPort }],
        nodeClientOptions: { password, disableOfflineQueue: true, socket },
        sentinelClientOptions: { password: sentinelPassword, socket },
        scanInterval: 500,
      }),
    ioredis: ({ sentinelPort, password, sentinelPassword }: Sentinel): Client =>
      new Redis({
        ...IOREDIS,
        ...{ sentinels: [{ host: '127.0.0.1', port: sentinelPort }], name: 'main' },
        ...{ password, sentinelPassword },
      }),
  }

  test.each(Object.entries(clients))(
    'is used by %s, and another one when it has died',
    async (_, clientOf) => {
      const watched = await startSentinel()
      const store = await untilReady(storeOn(clientOf(watched)))
      await expectToWork(store)
      const heard = vi.fn()
      let stands = 0
      store.subscribe('kept', { message: heard, gap: () => (stands += 1) })
      await vi.waitUntil(() => stands > 0, { timeout: 60_000 })
      stands = 0
      await watched.main.kill()
      await vi.waitUntil(
        () => store.set('a', Buffer.from('1'), { ttlMs: 60_000 }).catch(() => false),
        {
          timeout: 60_000,
        },
      )
      await expectToWork(store)
      await vi.waitUntil(() => stands > 0, { timeout: 60_000 })
      await vi.waitUntil(
        async () => {
          await store.publish('kept', 'hello').catch(() => undefined)
          return heard.mock.calls.length > 0
        },
        { timeout: 60_000, interval: 200 },
      )
    },
  )
})

type Sentinel = Awaited<ReturnType<typeof startSentinel>>

describe('a cluster', () => {
  const clients = {
    redis: (ports: readonly number[]): Client =>
      createCluster({
        rootNodes: ports.map((port) => ({ socket: { ...socket, port } })),
        defaults: { disableOfflineQueue: true, socket },
      }),
    ioredis: (ports: readonly number[]): Client =>
      new Cluster(
        ports.map((port) => ({ host: '127.0.0.1', port })),
        { enableOfflineQueue: false, redisOptions: IOREDIS },
      ),
  }

  test.each(Object.entries(clients))('is used by %s', async (_, clientOf) => {
    await expectToWork(await untilReady(storeOn(clientOf(await startCluster()))))
  })
})

describe('a store that is not there when it is first wanted', () => {
  test('is used by the cluster of the package redis as soon as it is there', async () => {
    const ports = await startCluster()
    let isThere = false
    const client = createCluster({
      rootNodes: ports.map((port) => ({ socket: { ...socket, port } })),
      defaults: { disableOfflineQueue: true, socket },
    })
    const connect = client.connect.bind(client)
    client.connect = () => (isThere ? connect() : Promise.reject(new Error('nobody is there')))
    const store = storeOn(client)
    await expect(store.get('a')).rejects.toThrow('cannot be had')
    isThere = true
    await expectToWork(await untilReady(store))
  })
})
