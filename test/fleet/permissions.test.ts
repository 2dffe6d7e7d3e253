import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createRedisStore, type RedisStoreOptions } from '../../src/store/redis-store.js'
import type { StoreScript } from '../../src/store/store-script.js'
import { StoreUnavailableError, type Store } from '../../src/store/store.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { redisCli } from './helpers/redis-processes.js'
import { startRedis } from './helpers/redis-server.js'
import { untilReady } from './helpers/until-ready.js'

const COUNT: StoreScript = {
  lua: `return { redis.call('INCRBY', KEYS[1], 1) }`,
  inMemory: () => [],
}
const VALUE = Uint8Array.of(1)
const namesOf = (log: RecordingLog): readonly string[] => log.lines.map(({ name }) => name)

/** A user of the Redis, by a client of each package. */
const CLIENTS: Readonly<Record<string, (path: string, password: string) => Client>> = {
  redis: (path, password) =>
    createClient({
      ...{ username: 'mcp', password, socket: { path, reconnectStrategy: 50 } },
      disableOfflineQueue: true,
    }),
  ioredis: (path, password) =>
    new Redis({
      ...{ path, username: 'mcp', password, enableOfflineQueue: false, maxRetriesPerRequest: 0 },
      ...{ autoResendUnfulfilledCommands: false, retryStrategy: () => 50 },
    }),
}
type Client = RedisStoreOptions['client']

async function startWithUser(kind: string, { password = 'right', rules = ['+@all'] } = {}) {
  const redis = await startRedis()
  const cli = (...args: readonly string[]) => redisCli('-s', redis.path, ...args)
  const user = (...more: readonly string[]) => cli('ACL', 'SETUSER', 'mcp', ...more)
  await user('on', '>right', '~mcp-obo:*', '&mcp-obo:*', ...rules)
  const log = new RecordingLog()
  const client = CLIENTS[kind]?.(redis.path, password)
  if (client === undefined) throw new Error(`no client ${kind}`)
  const store = createRedisStore({ client, timeoutMs: 2_000, probeMs: 20, log })
  onTestFinished(() => store.close())
  return { store, log, cli, user, path: redis.path }
}

/** What the store is asked for in each way, and the permission that it needs. */
const DENIED: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['getrange', (store) => store.get('a')],
  ['set', (store) => store.set('a', VALUE, { ttlMs: 60_000 })],
  ['del', (store) => store.delete('a')],
  ['evalsha', (store) => store.run(COUNT, { keys: ['n'], args: [] })],
  ['publish', (store) => store.publish('news', 'a')],
]

describe.each(Object.keys(CLIENTS))('a user of the store, by %s', (kind) => {
  test.each(DENIED)(
    'that lacks %s costs what needs it, one line that names it, and nothing once it is given',
    async (command, ask) => {
      const { store, log, user } = await startWithUser(kind)
      await untilReady(store)
      await user(`-${command}`)
      for (let time = 0; time < 3; time += 1) {
        await expect(ask(store)).rejects.toBeInstanceOf(StoreUnavailableError)
        for (const [other, askOther] of DENIED) if (other !== command) await askOther(store)
      }
      expect(namesOf(log)).toEqual(['store_available', 'store_refuses'])
      expect(JSON.stringify(log.named('store_refuses'))).toMatch(
        new RegExp(`'${command}'.*lacks a permission`),
      )
      await user(`+${command}`)
      await ask(store)
      expect(namesOf(log)).toEqual(['store_available', 'store_refuses', 'store_accepts'])
    },
  )

  test.each([
    ['subscribe', '-subscribe', '+subscribe'],
    ['the channel', 'resetchannels', '&mcp-obo:*'],
  ])('that may not listen for lack of %s is told of, and listens once it may', async (...rule) => {
    const [, deny, allow] = rule
    const { store, log, user } = await startWithUser(kind, { rules: ['+@all', deny] })
    await untilReady(store)
    const heard: string[] = []
    store.subscribe('news', { message: (message) => heard.push(message) })
    await vi.waitUntil(() => log.named('store_refuses').length > 0, { timeout: 20_000 })
    await user(allow)
    await vi.waitUntil(
      async () => {
        await store.publish('news', 'again')
        return heard.includes('again')
      },
      { timeout: 20_000 },
    )
    expect(namesOf(log)).toEqual(['store_available', 'store_refuses', 'store_accepts'])
  })

  test('whose channel is taken away while it listens goes on, and listens once it may', async () => {
    const { store, log, user } = await startWithUser(kind)
    await untilReady(store)
    let gaps = 0
    const heard: string[] = []
    store.subscribe('news', { message: (m) => heard.push(m), gap: () => (gaps += 1) })
    await vi.waitUntil(() => gaps > 0, { timeout: 20_000 })
    await user('resetchannels')
    await vi.waitUntil(() => log.named('store_refuses').length > 0, { timeout: 20_000 })
    await user('&mcp-obo:*')
    await vi.waitUntil(
      async () => {
        await store.publish('news', 'again').catch(() => undefined)
        return heard.includes('again')
      },
      { timeout: 20_000 },
    )
  })

  test('with a wrong password is told of by name, and let in once it is right', async () => {
    const { store, log, user } = await startWithUser(kind, { password: 'later' })
    await vi.waitUntil(() => log.named('store_unavailable').length > 0, { timeout: 20_000 })
    expect(JSON.stringify(log.named('store_unavailable'))).toMatch(/WRONGPASS.*STORE_PASSWORD/)
    await user('>later')
    await untilReady(store)
    expect(namesOf(log)).toEqual(['store_unavailable', 'store_available'])
  })

  test('whose password is changed while it runs is told of by name, once the server says so', async () => {
    const { store, log, cli, user } = await startWithUser(kind)
    await untilReady(store)
    await user('<right', '>other')
    await cli('CLIENT', 'KILL', 'USER', 'mcp')
    await vi.waitUntil(
      async () => {
        await store.get('a').catch(() => undefined)
        return /WRONGPASS.*STORE_PASSWORD/.test(JSON.stringify(log.named('store_unavailable')))
      },
      { timeout: 20_000 },
    )
    await user('>right')
    await untilReady(store)
    const names = namesOf(log)
    expect(names.at(-1)).toBe('store_available')
    expect(names.length).toBeLessThanOrEqual(4)
  })

  // ioredis does not hand on what a server says that takes no connection.
  const named =
    kind === 'redis'
      ? /max number.*maxclients/
      : /cannot be reached|Connection is closed|isn't writeable|ECONN|EPIPE/
  test('that finds no free connection is told of, and let in once there is one', async () => {
    const { store, log, path } = await startWithUser(kind)
    await untilReady(store)
    const holder = new Redis({ path })
    onTestFinished(() => {
      holder.disconnect()
    })
    await holder.call('CONFIG', 'SET', 'maxclients', '1')
    await holder.call('CLIENT', 'KILL', 'USER', 'mcp')
    await vi.waitUntil(
      async () => {
        await store.get('a').catch(() => undefined)
        return named.test(JSON.stringify(log.named('store_unavailable')))
      },
      { timeout: 20_000 },
    )
    await holder.call('CONFIG', 'SET', 'maxclients', '1000')
    await untilReady(store)
    expect(namesOf(log).at(-1)).toBe('store_available')
  })
})
