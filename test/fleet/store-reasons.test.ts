import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Cluster, Redis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { parseConfig } from '../../src/config/config.js'
import { storeFromConfig } from '../../src/server/store-from-config.js'
import { createRedisStore } from '../../src/store/redis-store.js'
import type { Store } from '../../src/store/store.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { freePort } from '../helpers/free-port.js'
import { GOOD } from '../unit/config/good-settings.js'
import { NO_DISK, startRedisProcess } from './helpers/redis-processes.js'
import { startTlsRedis } from './helpers/redis-topologies.js'
import { STORE_KEY } from './helpers/start-fleet.js'

const WRONG = 'a-wrong-password'

const start = async (...more: readonly string[]): Promise<number> =>
  (await startRedisProcess('redis-server', (port) => [`port ${port}`, ...NO_DISK, ...more])).port
const plain = () => start()
const secured = () => start('requirepass right')
const tls = async () => (await startTlsRedis()).port

async function sentinelOf(name: string): Promise<number> {
  const main = await plain()
  const watched = [`sentinel monitor ${name} 127.0.0.1 ${main} 1`]
  const { port } = await startRedisProcess('redis-sentinel', (at) => [`port ${at}`, ...watched])
  return port
}

async function expectReason(log: RecordingLog, reason: RegExp): Promise<void> {
  await vi.waitUntil(() => reason.test(JSON.stringify(log.named('store_unavailable'))), {
    timeout: 60_000,
  })
  expect(JSON.stringify(log.lines)).not.toContain(WRONG)
}

/** What is wrong, at which port, as which URL, and what the log says. */
type Fault = readonly [string, () => Promise<number>, (port: number) => string, RegExp]

describe('the log of a server says why its store cannot be had', () => {
  test.each<Fault>([
    ['nobody listens', freePort, (at) => `redis://127.0.0.1:${at}`, /ECONNREFUSED/],
    ['no such host', freePort, (at) => `redis://store.invalid:${at}`, /ENOTFOUND|EAI_AGAIN/],
    ['a wrong password', secured, (at) => `redis://:${WRONG}@127.0.0.1:${at}`, /WRONGPASS/],
    ['no password', secured, (at) => `redis://127.0.0.1:${at}`, /NOAUTH/],
    ['no such database', plain, (at) => `redis://127.0.0.1:${at}/99`, /DB index is out of range/],
    ['TLS to a plain port', plain, (at) => `rediss://127.0.0.1:${at}`, /"hint":.*TLS/],
    ['no TLS to a TLS port', tls, (at) => `redis://127.0.0.1:${at}`, /[Ss]ocket|ECONNRESET/],
    ['nobody trusts it', tls, (at) => `rediss://localhost:${at}`, /self-signed.*CA_CERTIFICATES/],
    ['no cluster', plain, (at) => `redis+cluster://127.0.0.1:${at}`, /cluster support disabled/],
    ['no cluster there', freePort, (at) => `redis+cluster://127.0.0.1:${at}`, /ECONNREFUSED/],
    [
      'a wrong password of a cluster',
      secured,
      (at) => `redis+cluster://:${WRONG}@127.0.0.1:${at}`,
      /WRONGPASS/,
    ],
    ['no sentinel', freePort, (at) => `redis+sentinel://127.0.0.1:${at}/main`, /ECONNREFUSED/],
    [
      'another name for the sentinel',
      () => sentinelOf('main'),
      (at) => `redis+sentinel://127.0.0.1:${at}/other`,
      /No such master/,
    ],
  ])('%s', async (_, startAt, urlOf, reason) => {
    const config = parseConfig({
      ...GOOD,
      ...{ STORE_URL: urlOf(await startAt()), INSTANCES: '2', STORE_KEY },
    }).store
    if (config === undefined) throw new Error('there is no store')
    const log = new RecordingLog()
    const store = await storeFromConfig(config, { authorities: [], log, observer: undefined })
    onTestFinished(() => store.close())
    await expectReason(log, reason)
  })
})

const IOREDIS = {
  host: '127.0.0.1',
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: () => 50,
}

describe('the log says why a client of ioredis cannot have its store', () => {
  test.each<readonly [string, () => Promise<number>, object, RegExp]>([
    ['nobody listens', freePort, {}, /ECONNREFUSED/],
    ['no such host', freePort, { host: 'store.invalid' }, /ENOTFOUND|EAI_AGAIN/],
    ['a wrong password', secured, { password: WRONG }, /WRONGPASS/],
    ['no password', secured, {}, /NOAUTH/],
    ['TLS to a plain port', plain, { tls: {} }, /"hint":.*TLS/],
    ['no TLS to a TLS port', tls, {}, /closed|[Ss]ocket|ECONNRESET|writeable/],
    ['nobody trusts it', tls, { tls: {} }, /self-signed.*CA_CERTIFICATES/],
  ])('%s', async (_, startAt, options, reason) => {
    const log = new RecordingLog()
    const client = new Redis({ ...IOREDIS, port: await startAt(), ...options })
    const store = createRedisStore({ client, log })
    onTestFinished(() => store.close())
    await expectReason(log, reason)
  })

  test.each<readonly [string, () => Promise<number>, object, RegExp]>([
    ['no cluster', plain, {}, /cluster support disabled/],
    // The package says no more of nodes that it cannot reach.
    ['no cluster there', freePort, {}, /Connection is closed/],
    ['a wrong password of a cluster', secured, { password: WRONG }, /WRONGPASS/],
  ])('%s', async (_, startAt, options, reason) => {
    const log = new RecordingLog()
    const client = new Cluster([{ host: '127.0.0.1', port: await startAt() }], {
      enableOfflineQueue: false,
      redisOptions: { ...IOREDIS, ...options },
    })
    const store = createRedisStore({ client, log })
    onTestFinished(() => store.close())
    await expectReason(log, reason)
  })
})

/** Accepts connections and says nothing. */
async function startSilent(): Promise<{ readonly port: number; readonly open: Set<Socket> }> {
  const open = new Set<Socket>()
  const server: Server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, open }
}

/** Timers whose waits are over when the test says so. */
function heldTimers() {
  const waiting = new Map<number, (() => void)[]>()
  return {
    after: (ms: number, work: () => void) => {
      waiting.set(ms, [...(waiting.get(ms) ?? []), work])
      return {
        cancel: () => {
          waiting.set(
            ms,
            (waiting.get(ms) ?? []).filter((each) => each !== work),
          )
        },
      }
    },
    pass: (ms: number) => {
      const due = waiting.get(ms) ?? []
      waiting.delete(ms)
      for (const work of due) work()
    },
  }
}

describe('a store that accepts connections and is silent', () => {
  async function opened(scheme: string, path: string) {
    const { port, open } = await startSilent()
    const config = parseConfig({
      ...GOOD,
      ...{ STORE_URL: `${scheme}://127.0.0.1:${port}${path}`, INSTANCES: '2', STORE_KEY },
    }).store
    if (config === undefined) throw new Error('there is no store')
    const log = new RecordingLog()
    const timers = heldTimers()
    const parts = { authorities: [], log, observer: undefined, timers }
    const store: Store = await storeFromConfig(config, parts)
    onTestFinished(() => store.close())
    return { store, log, timers, open }
  }

  test.each([
    ['redis', ''],
    ['redis+sentinel', '/main'],
  ])('is told of after a second by the clock, whatever a try takes, by %s', async (...url) => {
    const { log, timers } = await opened(...url)
    expect(log.named('store_unavailable')).toEqual([])
    timers.pass(1_000)
    expect(log.named('store_unavailable')).toHaveLength(1)
  })

  test.each([
    ['redis', ''],
    ['redis+sentinel', '/main'],
  ])('has no more connections however long it lasts, by %s', async (...url) => {
    const { store, timers, open } = await opened(...url)
    store.subscribe('news', { message: () => undefined })
    await vi.waitUntil(() => open.size === 2, { timeout: 60_000 })
    timers.pass(1_000)
    for (let time = 0; time < 5; time += 1) {
      timers.pass(10_000)
      await vi.waitUntil(() => open.size === 2, { timeout: 60_000 })
    }
    await vi.waitUntil(() => open.size === 2, { timeout: 60_000 })
  })
})
