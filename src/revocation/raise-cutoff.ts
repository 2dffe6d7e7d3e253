import type { StoreScript } from '../store/store-script.js'

/**
 * Keeps the later of two cutoffs. Keys: the cutoff's. Arguments: epoch seconds, and how many milliseconds it is kept. Answers whether
 * it is later than what was kept (1 or 0).
 */
export const RAISE_CUTOFF: StoreScript = {
  lua: `local kept = tonumber(redis.call('GET', KEYS[1]) or '')
if kept and kept >= tonumber(ARGV[1]) then return {0} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1}`,
  inMemory(memory, { keys: [key = ''], args: [seconds, ttlMs] }) {
    const kept = memory.get(key)
    if (kept !== undefined && Number(kept) >= Number(seconds)) return [0]
    memory.set(key, String(seconds), Number(ttlMs))
    return [1]
  },
}
