import { COUNTS_LUA, countedIn, countOf } from '../store/store-counts.js'
import type { StoreScript } from '../store/store-script.js'

/** Takes one of so many places for so long from the first on. Answers with 1 where there was one. */
export const RESERVE: StoreScript = {
  lua: `${COUNTS_LUA}
local taken, left = counted(tonumber(ARGV[2]))
if taken >= tonumber(ARGV[1]) then return { 0 } end
keep(taken + 1, left)
return { 1 }`,
  inMemory(memory, { keys: [key = ''], args: [most, lifeMs] }) {
    const { count, leftMs } = countedIn(memory, key, Number(lifeMs))
    if (count >= Number(most)) return [0]
    memory.set(key, String(count + 1), leftMs)
    return [1]
  },
}

/** Gives a place back. */
export const FREE: StoreScript = {
  lua: `${COUNTS_LUA}
local taken, left = counted(math.huge)
if taken > 0 then keep(taken - 1, left) end
return {}`,
  inMemory(memory, { keys: [key = ''] }) {
    const { count, leftMs } = countedIn(memory, key, Infinity)
    if (count > 0) memory.set(key, String(count - 1), leftMs)
    return []
  },
}

/** Sets a number to another where it is still what it was. Absent is 0. */
export const ADVANCE: StoreScript = {
  lua: `${COUNTS_LUA}
if kept() == tonumber(ARGV[1]) then keep(tonumber(ARGV[2]), ARGV[3]) end
return {}`,
  inMemory(memory, { keys: [key = ''], args: [from, to, lifeMs] }) {
    if (countOf(memory.get(key)) === Number(from)) memory.set(key, String(to), Number(lifeMs))
    return []
  },
}
