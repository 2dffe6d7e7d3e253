import { createCachingExchanger } from '../../../src/exchange/caching-exchanger.js'
import { createSharedTokenCache } from '../../../src/exchange/shared-token-cache.js'
import { createMemoryTokenCache } from '../../../src/exchange/token-cache.js'
import type { TokenExchanger } from '../../../src/exchange/token-exchanger.js'
import { Secret } from '../../../src/secret.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { HeldExchanger } from '../../helpers/exchange-requests.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { CountedStore } from './counted-store.js'

export const LEASE_MS = 6_000

/** A process that shares a store with others; its exchanges a test ends by hand. */
export interface SharingProcess {
  readonly inner: HeldExchanger
  readonly exchanger: Required<TokenExchanger>
  readonly counted: CountedStore
}

/** Two processes that share a store, and more where a test wants them. */
export function sharingProcesses() {
  const time = new ManualClock()
  const { clock, timers } = time
  const log = new RecordingLog()
  const memory = createMemoryStore({ clock })
  const process = ({ leaseMs = LEASE_MS } = {}): SharingProcess => {
    const counted = new CountedStore(memory)
    const inner = Object.assign(new HeldExchanger(), { sendsClaims: true })
    const cache = createSharedTokenCache({
      store: counted.store,
      keys: [new Secret('k'.repeat(32))],
      local: createMemoryTokenCache({ clock }),
      clock,
    })
    const exchanger = createCachingExchanger(inner, {
      cache,
      clientId: 'mcp-server',
      subjectTokenType: 'urn:example',
      ...{ leaseMs, clock, timers, log },
    })
    return { inner, exchanger, counted }
  }
  return { time, log, process, one: process(), other: process() }
}
