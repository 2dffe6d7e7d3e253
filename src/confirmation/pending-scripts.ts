import type { StoreScript } from '../store/store-script.js'

/** Takes one of so many places for so long from the first on. Answers with 1 where there was one. */
export const RESERVE: StoreScript = {
  lua: `local taken = tonumber(redis.call('GET', KEYS[1]) or '0')
if taken >= tonumber(ARGV[1]) then return { 0 } end
redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return { 1 }`,
  inMemory(memory, { keys: [key = ''], args: [most, lifeMs] }) {
    const taken = Number(memory.get(key) ?? 0)
    if (taken >= Number(most)) return [0]
    memory.set(key, String(taken + 1), memory.ttlMs(key) ?? Number(lifeMs))
    return [1]
  },
}

/** Gives a place back. */
export const FREE: StoreScript = {
  lua: `if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end
return {}`,
  inMemory(memory, { keys: [key = ''] }) {
    const taken = Number(memory.get(key) ?? 0)
    if (taken > 0) memory.set(key, String(taken - 1), memory.ttlMs(key) ?? 1)
    return []
  },
}

/** Sets a number to another where it is still what it was. Absent is 0. */
export const ADVANCE: StoreScript = {
  lua: `if tonumber(redis.call('GET', KEYS[1]) or '0') == tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return {}`,
  inMemory(memory, { keys: [key = ''], args: [from, to, lifeMs] }) {
    if (Number(memory.get(key) ?? 0) === Number(from)) memory.set(key, String(to), Number(lifeMs))
    return []
  },
}
