import { setTimeout as pause } from 'node:timers/promises'
import type { FleetCase } from './fleet-case.js'
import { durations } from './fleet-scene.js'
import { LinkedStore, linkedStoreOf } from './linked-store.js'
import { expectShared } from './shared-facts.js'

const DELAY_MS = 20

/** A store that answers within its time limit, but late. */
export const SLOW: Readonly<Record<string, FleetCase>> = {
  slow: {
    fault: `Redis answers ${DELAY_MS} ms later each way, which is within the time limit`,
    short: false,
    codes: ['insufficient_scope'],
    store: () => LinkedStore.open(),
    async run(scene) {
      const store = linkedStoreOf(scene)
      const before = await scene.calm('before')
      const begun = performance.now()
      await store.change({ delayMs: DELAY_MS, swallows: false })
      await pause(scene.scale.faultMs)
      await expectShared(scene, 'while it lasted')
      const during = scene.allWell(begun, 'while it lasted')
      await store.change({ delayMs: 0, swallows: false })
      await scene.calm('after')
      return [`requests before: ${durations(before)}`, `while it lasted: ${durations(during)}`]
    },
  },
}
