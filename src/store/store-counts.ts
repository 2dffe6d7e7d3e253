import type { ScriptMemory } from './store-script.js'

const DIGITS = 15
const COUNT = new RegExp(`^\\d{1,${DIGITS}}$`)

/**
 * Lua in front of a script that counts in `KEYS[1]`: `kept()` gives the number there, and `counted(life)` that number and how many milliseconds
 * it has left. What is no count of ours is 0: another type, another text, and for `counted` one that would not end, or later than `life` from
 * now. Else whoever writes it once would have locked a user out for good.
 */
export const COUNTS_LUA = `local function kept()
  local value = redis.pcall('GET', KEYS[1])
  local is_count = type(value) == 'string' and #value <= ${DIGITS} and string.find(value, '^%d+$')
  return is_count and tonumber(value) or 0
end
local function counted(life)
  local left = redis.call('PTTL', KEYS[1])
  if left < 0 or left > life then return 0, life end
  return kept(), math.max(left, 1)
end
local function keep(number, left)
  redis.call('SET', KEYS[1], string.format('%.0f', number), 'PX', left)
end
`

/** The number of a text, as `kept()` has it. */
export function countOf(text: string | undefined): number {
  return text !== undefined && COUNT.test(text) ? Number(text) : 0
}

/** As `counted(life)`, in memory. */
export function countedIn(
  memory: ScriptMemory,
  key: string,
  lifeMs: number,
): { readonly count: number; readonly leftMs: number } {
  const leftMs = memory.ttlMs(key)
  if (leftMs === undefined || leftMs > lifeMs) return { count: 0, leftMs: lifeMs }
  return { count: countOf(memory.get(key)), leftMs: Math.max(leftMs, 1) }
}
