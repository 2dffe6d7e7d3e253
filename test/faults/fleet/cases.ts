import type { FleetCase } from './fleet-case.js'
import type { FleetScene } from './fleet-scene.js'
import { INSTANCE_KILLED } from './instance-killed.js'
import { LIMITS } from './limits.js'
import { LinkedStore, linkedStoreOf } from './linked-store.js'
import { SentinelStore } from './sentinel-store.js'
import { SIGNED_OUT } from './signed-out.js'
import { SLOW } from './slow.js'
import { STEADY } from './steady.js'
import { storeOutage } from './store-outage.js'
import { WAITING_USERS } from './waiting-users.js'

const LOST = ['store_unavailable', 'store_available'] as const

/** What can happen to a fleet and to its store, each under the load of many users. */
export const FLEET_CASES: Readonly<Record<string, FleetCase>> = {
  ...{ ...STEADY, ...LIMITS, ...WAITING_USERS, ...SIGNED_OUT },
  frozen: storeOutage({
    fault: 'Redis stands still (SIGSTOP), then goes on',
    short: true,
    events: LOST,
    begin: ({ store }) => {
      store.redis.freeze()
    },
    end: ({ store }) => {
      store.redis.thaw()
    },
  }),
  killed: storeOutage({
    fault: 'Redis killed, then started again, empty',
    short: true,
    events: LOST,
    begin: ({ store }) => store.redis.kill(),
    end: ({ store }) => store.redis.restart(),
  }),
  failover: storeOutage({
    fault: 'Redis killed, and Sentinel has its replica take over',
    short: false,
    store: () => SentinelStore.open(),
    events: LOST,
    endsByItself: true,
    begin: ({ store }) => store.redis.kill(),
    end: takenOver,
  }),
  full: storeOutage({
    fault: 'Redis is full (`maxmemory`, `noeviction`), then has room again',
    short: false,
    events: ['store_refuses', 'store_accepts'],
    begin: (scene) => limitMemory(scene, '1'),
    end: (scene) => limitMemory(scene, '0'),
  }),
  tooSlow: storeOutage({
    fault: 'Redis answers 20 seconds later, which is beyond the time limit',
    short: false,
    store: () => LinkedStore.open(),
    events: LOST,
    begin: (scene) => linkedStoreOf(scene).change({ delayMs: 10_000, swallows: false }),
    end: (scene) => linkedStoreOf(scene).change({ delayMs: 0, swallows: false }),
  }),
  vanished: storeOutage({
    fault: 'the host of Redis vanishes: no answer, and no connection is closed',
    short: false,
    store: () => LinkedStore.open(),
    events: LOST,
    begin: (scene) => linkedStoreOf(scene).change({ delayMs: 0, swallows: true }),
    end: (scene) => linkedStoreOf(scene).change({ delayMs: 0, swallows: false }),
  }),
  ...{ ...SLOW, ...INSTANCE_KILLED },
}

async function limitMemory({ store }: FleetScene, bytes: string): Promise<void> {
  await store.ask((client) => client.configSet('maxmemory', bytes))
}

async function takenOver({ store }: FleetScene): Promise<void> {
  if (store instanceof SentinelStore) await store.tookOver()
}
