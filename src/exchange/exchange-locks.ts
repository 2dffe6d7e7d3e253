import { randomUUID } from 'node:crypto'
import type { StoreScript } from '../store/store-script.js'
import type { Store } from '../store/store.js'

/** The right to make one exchange, while others wait for its token. */
export interface ExchangeLock {
  /** Gives the right back, once the token is kept or the exchange has failed. Where that fails, it ends with its lease. */
  release(): Promise<void>
}

/**
 * Says which of several processes makes an exchange.
 *
 * @category Token exchange
 */
export interface ExchangeLocks {
  /**
   * Resolves with the lock, or with `undefined` while another process holds it. It ends by itself after `leaseMs`. Rejects where
   * nobody can say who holds it: then each process exchanges for itself.
   */
  acquire(key: string, leaseMs: number): Promise<ExchangeLock | undefined>
  /** Whether a process holds the lock. Rejects as `acquire` does. */
  isHeld(key: string): Promise<boolean>
}

/** What locks need of a store. */
type LockStore = Pick<Store, 'get' | 'run'>

/**
 * Takes a lock that nobody holds, or that would last longer than a lease: none of ours does, and it would hold up every exchange for this key.
 * Answers with 1 where it was taken.
 */
const ACQUIRE: StoreScript = {
  lua: `local left = redis.call('PTTL', KEYS[1])
if left >= 0 and left <= tonumber(ARGV[2]) then return { 0 } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { 1 }`,
  inMemory(memory, { keys: [key = ''], args: [holder = '', leaseMs = 0] }) {
    const leftMs = memory.ttlMs(key)
    if (leftMs !== undefined && leftMs <= Number(leaseMs)) return [0]
    memory.set(key, String(holder), Number(leaseMs))
    return [1]
  },
}

/** Deletes a lock of ours, and no other: it may have ended, and another process may hold it. */
const RELEASE: StoreScript = {
  lua: `if redis.call('GET', KEYS[1]) == ARGV[1] then return { redis.call('DEL', KEYS[1]) } end
return { 0 }`,
  inMemory(memory, { keys: [key = ''], args: [holder] }) {
    if (memory.get(key) !== holder) return [0]
    memory.delete(key)
    return [1]
  },
}

/** Creates locks that lie in a store. */
export function createExchangeLocks(store: LockStore): ExchangeLocks {
  return {
    async acquire(key, leaseMs) {
      const holder = randomUUID()
      const args = [holder, Math.ceil(leaseMs)]
      const [isTaken] = await store.run(ACQUIRE, { keys: [lockKey(key)], args })
      if (isTaken !== 1) return undefined
      return {
        release: async () => {
          await store.run(RELEASE, { keys: [lockKey(key)], args: [holder] })
        },
      }
    },
    isHeld: async (key) => (await store.get(lockKey(key))) !== undefined,
  }
}

function lockKey(key: string): string {
  return `x:${key}`
}
