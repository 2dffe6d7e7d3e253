import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { parseConfig } from '../../src/config/config.js'
import { storeFromConfig } from '../../src/server/store-from-config.js'
import { freePort } from '../helpers/free-port.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { RedisProcess } from '../helpers/redis-process.js'
import { GOOD } from '../unit/config/good-settings.js'
import { STORE_KEY } from './helpers/start-fleet.js'

const OF_STORE = 'the-word-of-the-store'
const OF_SENTINELS = 'the-word-of-the-sentinels'

/** A Redis and a sentinel, each with a password of its own. Resolves with the port of the sentinel. */
async function startWatched(): Promise<number> {
  const [port, sentinelPort] = [await freePort(), await freePort()]
  const directory = mkdtempSync(join(tmpdir(), 'sentinel-'))
  const file = join(directory, 'sentinel.conf')
  const lines = [
    ...[`port ${sentinelPort}`, 'bind 127.0.0.1', `requirepass ${OF_SENTINELS}`],
    ...[`sentinel monitor fleet 127.0.0.1 ${port} 1`, `sentinel auth-pass fleet ${OF_STORE}`],
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const listening = ['--bind', '127.0.0.1', '--port', `${port}`, '--requirepass', OF_STORE]
  const redis = await RedisProcess.start([...listening, '--save', ''])
  const sentinel = await RedisProcess.start([file, '--sentinel'])
  onTestFinished(async () => {
    await Promise.all([redis.kill(), sentinel.kill()])
    rmSync(directory, { recursive: true, force: true })
  })
  return sentinelPort
}

test('a store is found by sentinels that have a password of their own', async () => {
  const { store: config } = parseConfig({
    ...GOOD,
    ...{ STORE_URL: `redis+sentinel://127.0.0.1:${await startWatched()}/fleet`, INSTANCES: '2' },
    ...{ STORE_KEY, STORE_PASSWORD: OF_STORE, STORE_SENTINEL_PASSWORD: OF_SENTINELS },
  })
  if (config === undefined) throw new Error('there is no store')
  const log = new RecordingLog()
  const store = await storeFromConfig(config, { authorities: [], log, observer: undefined })
  onTestFinished(() => store.close())
  await vi.waitUntil(() => log.named('store_available').length > 0, { timeout: 60_000 })
  await store.set('a', Buffer.from('1'), { ttlMs: 60_000 })
  expect(Buffer.from((await store.get('a')) ?? []).toString()).toBe('1')
})
