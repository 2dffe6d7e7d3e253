import type { FleetCase } from './fleet-case.js'
import { STEADY } from './steady.js'
import { storeOutage } from './store-outage.js'

/** What can happen to a fleet and to its store, each under the load of many users. */
export const FLEET_CASES: Readonly<Record<string, FleetCase>> = {
  ...STEADY,
  frozen: storeOutage({
    fault: 'Redis stands still (SIGSTOP), then goes on',
    short: true,
    events: ['store_unavailable', 'store_available'],
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
    events: ['store_unavailable', 'store_available'],
    begin: ({ store }) => store.redis.kill(),
    end: ({ store }) => store.redis.restart(),
  }),
}
