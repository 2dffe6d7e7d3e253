import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createMemoryStore } from '../../src/store/memory-store.js'
import { createRedisStore } from '../../src/store/redis-store.js'
import type { StoreScript } from '../../src/store/store-script.js'
import { StoreUnavailableError, type Store } from '../../src/store/store.js'
import { backgroundTimers, type Timers } from '../../src/time/clock.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { redisCli } from './helpers/redis-processes.js'
import { CLIENTS, OTHER_VERSIONS } from './helpers/redis-clients.js'
import { startLink } from './helpers/redis-link.js'
import { startRedis } from './helpers/redis-server.js'
import { untilReady } from './helpers/until-ready.js'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const eventsOf = (log: RecordingLog): readonly string[] => log.lines.map(({ name }) => name)
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : Buffer.from(value).toString()

/** Adds to a counter, and answers with it and with the time that it has left. */
const COUNT: StoreScript = {
  lua: `local n = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return { n, redis.call('PTTL', KEYS[1]) }`,
  inMemory(memory, { keys: [key = ''], args: [by, lifeMs] }) {
    const n = Number(memory.get(key) ?? 0) + Number(by)
    memory.set(key, String(n), memory.ttlMs(key) ?? Number(lifeMs))
    return [n, memory.ttlMs(key) ?? -1]
  },
}

/** Needs memory or none, as its argument says. */
const WRITE_OR_NOT: StoreScript = {
  lua: `if ARGV[1] == 'write' then redis.call('SET', KEYS[1], '1') end
return { 0 }`,
  inMemory: () => [0],
}

const ALL = { ...CLIENTS, ...OTHER_VERSIONS }

/** Ten times as fast as those of the machine. */
const HURRIED: Timers = { after: (ms, work) => backgroundTimers.after(ms / 10, work) }

async function opened(kind: string, more: { log?: RecordingLog } = {}) {
  if (kind === 'memory') return { store: createMemoryStore(), redis: undefined }
  const redis = await startRedis()
  const client = ALL[kind]?.(redis.path)
  if (client === undefined) throw new Error(`no client ${kind}`)
  const store = createRedisStore({ client, timeoutMs: 2_000, probeMs: 20, log: more.log })
  onTestFinished(() => store.close())
  return { store: await untilReady(store), redis }
}

describe.each(['memory', ...Object.keys(ALL)])('a store by %s', (kind) => {
  test('keeps bytes as they are, and forgets them', async () => {
    const { store } = await opened(kind)
    const value = Uint8Array.from({ length: 256 }, (_, index) => index)
    expect(await store.get('a')).toBeUndefined()
    expect(await store.set('a', value, { ttlMs: 60_000 })).toBe(true)
    expect(Uint8Array.from((await store.get('a')) ?? [])).toEqual(value)
    await store.delete('a', 'never there')
    expect(await store.get('a')).toBeUndefined()
  })

  test('an empty value keeps its key from others, and is not found', async () => {
    const { store } = await opened(kind)
    await store.set('a', bytes(''), { ttlMs: 60_000 })
    expect(await store.get('a')).toBeUndefined()
    expect(await store.set('a', bytes('1'), { ttlMs: 60_000, onlyIfAbsent: true })).toBe(false)
  })

  test('forgets what has expired', async () => {
    const { store } = await opened(kind)
    await store.set('a', bytes('1'), { ttlMs: 1 })
    await vi.waitUntil(async () => (await store.get('a')) === undefined, { timeout: 20_000 })
  })

  test('keeps one of many values that may not take the place of another', async () => {
    const { store } = await opened(kind)
    const tries = Array.from({ length: 20 }, (_, index) =>
      store.set('once', bytes(String(index)), { ttlMs: 60_000, onlyIfAbsent: true }),
    )
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1)
  })

  test('runs a script at once', async () => {
    const { store } = await opened(kind)
    const call = { keys: ['n'], args: [2, 60_000] }
    const answers = await Promise.all(Array.from({ length: 50 }, () => store.run(COUNT, call)))
    expect(answers.map(([n]) => n).toSorted((a = 0, b = 0) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => (index + 1) * 2),
    )
    expect(answers.every(([, left = 0]) => left > 0 && left <= 60_000)).toBe(true)
  })

  test('hands a message to all who listen, and to nobody after that', async () => {
    const { store } = await opened(kind)
    const [one, two]: [string[], string[]] = [[], []]
    const standing = { gaps: 0 }
    const leave = store.subscribe('news', {
      message: (m) => one.push(m),
      gap: () => (standing.gaps += 1),
    })
    store.subscribe('news', { message: (m) => two.push(m) })
    await vi.waitUntil(
      async () => {
        await store.publish('news', 'first')
        return one.length > 0 && two.length > 0
      },
      { timeout: 20_000 },
    )
    leave()
    leave()
    const before = one.length
    await store.publish('news', 'last')
    await vi.waitUntil(() => two.includes('last'), { timeout: 20_000 })
    expect(one).toHaveLength(before)
  })

  test('refuses everything once it is closed', async () => {
    const { store } = await opened(kind)
    await store.close()
    await expect(store.get('a')).rejects.toBeInstanceOf(StoreUnavailableError)
    await expect(store.set('a', bytes('1'), { ttlMs: 1 })).rejects.toBeInstanceOf(
      StoreUnavailableError,
    )
    await expect(store.run(COUNT, { keys: ['n'], args: [1, 1] })).rejects.toBeInstanceOf(
      StoreUnavailableError,
    )
  })
})

describe.each(Object.keys(ALL))('a Redis that goes away, by %s', (kind) => {
  test('that stands still costs one time limit, then nothing, and comes back by itself', async () => {
    const log = new RecordingLog()
    const { store, redis } = await opened(kind, { log })
    await store.set('a', bytes('1'), { ttlMs: 600_000 })
    redis?.freeze()
    await expect(store.get('a')).rejects.toBeInstanceOf(StoreUnavailableError)
    // Without a cause: nobody waited for the store.
    for (let call = 0; call < 3; call += 1) {
      await expect(store.get('a')).rejects.not.toHaveProperty('cause')
    }
    redis?.thaw()
    await untilReady(store)
    expect(text(await store.get('a'))).toBe('1')
    expect(eventsOf(log)).toEqual(['store_available', 'store_unavailable', 'store_available'])
  })

  test('that is killed and starts again, empty, is had again, and its scripts are known again', async () => {
    const log = new RecordingLog()
    const { store, redis } = await opened(kind, { log })
    expect(await store.run(COUNT, { keys: ['n'], args: [1, 60_000] })).toMatchObject([
      1,
      expect.any(Number),
    ])
    let gaps = 0
    const heard: string[] = []
    store.subscribe('news', { message: (m) => heard.push(m), gap: () => (gaps += 1) })
    await vi.waitUntil(() => gaps > 0, { timeout: 20_000 })
    await redis?.kill()
    await expect(store.get('a')).rejects.toBeInstanceOf(StoreUnavailableError)
    await redis?.restart()
    const before = gaps
    await untilReady(store)
    expect(await store.run(COUNT, { keys: ['n'], args: [1, 60_000] })).toMatchObject([
      1,
      expect.any(Number),
    ])
    await vi.waitUntil(() => gaps > before, { timeout: 20_000 })
    await vi.waitUntil(
      async () => {
        await store.publish('news', 'again')
        return heard.includes('again')
      },
      { timeout: 20_000 },
    )
    expect(eventsOf(log)).toEqual(['store_available', 'store_unavailable', 'store_available'])
  })

  test('whose host vanishes and closes no connection is had again, on connections that are new', async () => {
    const redis = await startRedis()
    const link = await startLink(redis.path)
    const client = ALL[kind]?.(link.path)
    if (client === undefined) throw new Error(`no client ${kind}`)
    const log = new RecordingLog()
    const store = createRedisStore({ client, timeoutMs: 200, probeMs: 1_000, log, timers: HURRIED })
    onTestFinished(() => store.close())
    await untilReady(store)
    const heard: string[] = []
    store.subscribe('news', { message: (m) => heard.push(m) })
    link.vanish()
    await expect(store.get('a')).rejects.toBeInstanceOf(StoreUnavailableError)
    link.comeBack()
    await untilReady(store)
    await vi.waitUntil(
      async () => {
        await store.publish('news', 'again').catch(() => undefined)
        return heard.includes('again')
      },
      { timeout: 20_000 },
    )
    expect(eventsOf(log).slice(0, 3)).toEqual([
      ...['store_available', 'store_unavailable', 'store_available'],
    ])
  })

  test('whose memory is full refuses what is new, and is still read', async () => {
    const log = new RecordingLog()
    const { store, redis } = await opened(kind, { log })
    await store.set('a', bytes('1'), { ttlMs: 600_000 })
    const filling = async (): Promise<void> => {
      for (let at = 0; at < 50; at += 1) {
        await store.set(`f${at}`, new Uint8Array(100_000), { ttlMs: 600_000 })
      }
    }
    await filling()
    // Far below what is kept: at its limit, a Redis takes a value whenever a buffer of its own has gone.
    await redisCli('-s', redis?.path ?? '', 'CONFIG', 'SET', 'maxmemory', '3mb')
    // What needs no memory is done all the time, by the same commands too: it does not say that there is some.
    for (let time = 0; time < 3; time += 1) {
      const writing = store.run(WRITE_OR_NOT, { keys: ['n'], args: ['write'] })
      await expect(writing).rejects.toBeInstanceOf(StoreUnavailableError)
      await store.run(WRITE_OR_NOT, { keys: ['n'], args: ['not'] })
      await store.delete('never there')
      await expect(filling()).rejects.toBeInstanceOf(StoreUnavailableError)
    }
    expect(text(await store.get('a'))).toBe('1')
    await store.delete(...Array.from({ length: 50 }, (_, at) => `f${at}`))
    await vi.waitUntil(() => store.set('b', bytes('2'), { ttlMs: 1 }).catch(() => false), {
      timeout: 20_000,
    })
    await vi.waitUntil(() => log.named('store_accepts').length > 0, { timeout: 20_000 })
    expect(eventsOf(log)).toEqual(['store_available', 'store_refuses', 'store_accepts'])
  })
})

test('a Redis that was never there costs nothing, and nothing is thrown elsewhere', async () => {
  for (const client of Object.values(ALL)) {
    const store = createRedisStore({ client: client('/nowhere/redis.sock'), probeMs: 60_000 })
    await expect(store.get('a')).rejects.toBeInstanceOf(StoreUnavailableError)
    await store.close()
  }
})

describe.each(Object.keys(CLIENTS))('answers in another form, by a client of %s', (kind) => {
  test.each<readonly [string, unknown, (store: Store) => Promise<unknown>]>([
    ['text for bytes', 'a', (store) => store.get('a')],
    ['nothing at all for bytes', undefined, (store) => store.get('a')],
    ['nothing for OK', undefined, (store) => store.set('a', bytes('1'), { ttlMs: 60_000 })],
    ['a queue for OK', 'QUEUED', (store) => store.set('a', bytes('1'), { ttlMs: 60_000 })],
    ['text for numbers', '1', (store) => store.run(COUNT, { keys: ['n'], args: [1, 60_000] })],
    ['words for numbers', ['a'], (store) => store.run(COUNT, { keys: ['n'], args: [1, 60_000] })],
  ])('%s is an error that is told once, not a value that is absent', async (_, answer, ask) => {
    const redis = await startRedis()
    const client = CLIENTS[kind]?.(redis.path)
    if (client === undefined) throw new Error(`no client ${kind}`)
    const log = new RecordingLog()
    const store = createRedisStore({ client, timeoutMs: 2_000, probeMs: 20, log })
    onTestFinished(() => store.close())
    await untilReady(store)
    const answering = () => Promise.resolve(answer)
    Object.assign(client, { sendCommand: answering, callBuffer: answering })
    for (let time = 0; time < 3; time += 1) {
      await expect(ask(store)).rejects.toBeInstanceOf(StoreUnavailableError)
    }
    expect(eventsOf(log)).toEqual(['store_available', 'store_refuses'])
    expect(JSON.stringify(log.lines)).toContain('the client of the store answers with')
  })
})
