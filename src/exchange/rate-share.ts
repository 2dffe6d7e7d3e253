import { randomUUID } from 'node:crypto'
import { digestedKey } from '../store/digested-key.js'
import type { SharedCounts } from '../store/shared-state.js'
import type { StoreScript } from '../store/store-script.js'
import { backgroundTimers, type Timers } from '../time/clock.js'

/** The part of a rate that one instance may use. */
export interface RateShare {
  /** More than 0, and at most 1. */
  readonly fraction: number
  /** A user of this instance wants a turn. */
  note(user: string): void
}

/** What instances share by their users. */
export interface SharedRateShareOptions extends Omit<SharedCounts, 'keys'> {
  /** What is shared: the issuer. */
  readonly name: string
  readonly timers?: Timers | undefined
}

const BEAT_MS = 1_000
/** An instance that has said nothing for so long has no part any more. */
const SILENT_MS = 5_000

/**
 * Says how many users this instance has, and answers with how many all have. By the clock of the store: those of the instances may
 * differ. What no instance has written is left out.
 */
const BEAT: StoreScript = {
  lua: `local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local kept, total, own, silent = {}, 0, tonumber(ARGV[2]), tonumber(ARGV[3])
local listed = redis.pcall('GET', KEYS[1])
if type(listed) ~= 'string' or #listed > 65536 then listed = '' end
for entry in string.gmatch(listed, '[^;]+') do
  local id, users, untilMs = string.match(entry, '^([%x-]+) (%d+) (%d+)$')
  local left = (tonumber(untilMs) or 0) - now
  if id and id ~= ARGV[1] and left > 0 and left <= silent then
    kept[#kept + 1] = id .. ' ' .. users .. ' ' .. untilMs .. ';'
    total = total + tonumber(users)
  end
end
if own > 0 then
  kept[#kept + 1] = ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. string.format('%.0f', now + silent) .. ';'
  total = total + own
end
if #kept == 0 then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], table.concat(kept), 'PX', ARGV[3]) end
return { total }`,
  inMemory(memory, { keys: [key = ''], args: [id = '', own = 0, silentMs = 0] }) {
    const now = memory.nowMs()
    const listed = (memory.get(key) ?? '').split(';').map((entry) => entry.split(' '))
    const others = listed.filter(([other, , untilMs]) => {
      const leftMs = Number(untilMs) - now
      return other !== id && leftMs > 0 && leftMs <= Number(silentMs)
    })
    const ofOthers = others.reduce((sum, [, users]) => sum + Number(users), 0)
    const mine = Number(own) > 0 ? [`${id} ${own} ${now + Number(silentMs)};`] : []
    const kept = [...others.map((entry) => `${entry.join(' ')};`), ...mine]
    if (kept.length === 0) memory.delete(key)
    else memory.set(key, kept.join(''), Number(silentMs))
    return [ofOthers + Number(own)]
  },
}

/**
 * Shares a rate among the instances that use it, by how many users each has: so all users have the same part, wherever they are.
 *
 * Each instance with users tells the store once a second how many there are. Between two beats it goes by the last answer, so all
 * together may go too fast for a second when users come. Where the store cannot be had, and before its first answer, an instance has
 * one part of `instances`. What is kept in the store has the digest of the name.
 */
export class SharedRateShare implements RateShare {
  readonly #store: SharedCounts['store']
  readonly #timers: Timers
  readonly #key: string
  readonly #alone: number
  readonly #id = randomUUID()
  #fraction: number
  #users = new Set<string>()
  #before = new Set<string>()
  #beating = false

  constructor({ store, instances, name, timers = backgroundTimers }: SharedRateShareOptions) {
    this.#store = store
    this.#timers = timers
    this.#key = digestedKey('r', name)
    this.#alone = 1 / instances
    this.#fraction = this.#alone
  }

  get fraction(): number {
    return this.#fraction
  }

  note(user: string): void {
    this.#users.add(user)
    if (this.#beating) return
    this.#beating = true
    void this.#beat()
  }

  /** Until nobody has wanted a turn between two beats. */
  async #beat(): Promise<void> {
    const own = new Set([...this.#users, ...this.#before]).size
    this.#before = this.#users
    this.#users = new Set()
    try {
      const call = { keys: [this.#key], args: [this.#id, own, SILENT_MS] }
      const [total = 0] = await this.#store.run(BEAT, call)
      this.#fraction = own > 0 && total >= own ? own / total : this.#alone
    } catch {
      this.#fraction = this.#alone
    }
    if (own === 0 && this.#users.size === 0) {
      this.#beating = false
      return
    }
    this.#timers.after(BEAT_MS, () => {
      void this.#beat()
    })
  }
}
