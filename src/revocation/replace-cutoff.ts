import type { StoreScript } from '../store/store-script.js'

/** In place of the text that is expected: whatever is there. */
export const ANYTHING = '*'

/**
 * Sets a cutoff where the one that was read is still there. Keys: the cutoff's. Arguments: the text that was read (empty: none;
 * `ANYTHING`), the new one, and how many milliseconds it is kept. Answers whether it was set (1 or 0).
 *
 * A value of another type counts as none. It compares no times: what lies in the store may be forged, and is opened in the process alone.
 */
export const REPLACE_CUTOFF: StoreScript = {
  lua: `local kept = redis.pcall('GET', KEYS[1])
if type(kept) ~= 'string' then kept = '' end
if ARGV[1] ~= '${ANYTHING}' and kept ~= ARGV[1] then return {0} end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return {1}`,
  inMemory(memory, { keys: [key = ''], args: [expected, text, ttlMs] }) {
    if (expected !== ANYTHING && (memory.get(key) ?? '') !== expected) return [0]
    memory.set(key, String(text), Number(ttlMs))
    return [1]
  },
}
