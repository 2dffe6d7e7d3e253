import { createClient } from 'redis'
import { expect, onTestFinished, test } from 'vitest'
import { SharedRateShare } from '../../src/exchange/rate-share.js'
import { createRedisStore } from '../../src/store/redis-store.js'
import type { ScriptCall, Store } from '../../src/store/store.js'
import type { StoreScript } from '../../src/store/store-script.js'
import { ManualClock, settled } from '../helpers/exchange-clock.js'
import { startRedis } from './helpers/redis-server.js'
import { untilReady } from './helpers/until-ready.js'

/** A store in Redis, and how to wait for what it has been asked. */
async function startStore() {
  const redis = await startRedis()
  const socket = { path: redis.path, tls: false } as const
  const store = createRedisStore({
    client: createClient({ socket, disableOfflineQueue: true }),
    timeoutMs: 5_000,
  })
  onTestFinished(() => store.close())
  await untilReady(store)
  let last: Promise<unknown> = Promise.resolve()
  const followed: Pick<Store, 'run'> = {
    run: (script: StoreScript, call: ScriptCall) => {
      const answer = store.run(script, call)
      last = answer
      return answer
    },
  }
  const answered = async (): Promise<void> => {
    await last
    await settled()
  }
  return { store: followed, answered }
}

test('instances that share a rate in Redis have their users’ parts of it, none before it was given back', async () => {
  const { store, answered } = await startStore()
  const instances = Array.from({ length: 2 }, () => {
    const time = new ManualClock()
    const share = new SharedRateShare({ store, instances: 2, name: 'a', timers: time.timers })
    const waiting: string[] = []
    const rested: boolean[] = []
    share.join({ waiting: () => waiting, changed: ({ isRested }) => rested.push(isRested) })
    const come = async (...users: readonly string[]): Promise<void> => {
      waiting.push(...users)
      share.note(users[0] ?? '')
      await answered()
    }
    const beat = async (): Promise<void> => {
      await time.advance(500)
      await answered()
    }
    return { share, waiting, rested, come, beat }
  })
  const [one, two] = instances
  if (one === undefined || two === undefined) throw new Error('there are two')
  const parts = () => instances.map(({ share }) => share.fraction)

  await one.come('a', 'b', 'c')
  await two.come('d')
  expect(parts()).toEqual([1, 0])
  await one.beat()
  expect(parts()).toEqual([0.75, 0])
  await two.beat()
  expect(parts()).toEqual([0.75, 0.25])
  expect([one.rested[0], two.rested[0]]).toEqual([true, false])

  one.waiting.length = 0
  await one.beat()
  await one.beat()
  await two.beat()
  expect(parts()).toEqual([0, 1])
})
