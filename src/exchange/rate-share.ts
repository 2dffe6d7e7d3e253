import { randomUUID } from 'node:crypto'
import { digestedKey } from '../store/digested-key.js'
import type { SharedCounts } from '../store/shared-state.js'
import type { StoreScript } from '../store/store-script.js'
import { backgroundTimers, type Timers } from '../time/clock.js'

/** The part of a rate that one instance may use. */
export interface RateShare {
  /** From 0 to 1: the parts of all instances together are no more than 1. */
  readonly fraction: number
  /** The part that will fall to this instance while so many of its users wait. More than 0. */
  fractionOf(users: number): number
  /** A user of this instance wants a turn. */
  note(user: string): void
  /** Names whoever uses this part. There is one. */
  join(member: RateShareMember): void
}

/** Whoever uses a part of a rate. */
export interface RateShareMember {
  /** The users who wait for their turn now. */
  readonly waiting: () => Iterable<string>
  /** Called when `fraction` may be another one. */
  readonly changed: (change: RateShareChange) => void
}

export interface RateShareChange {
  /** Whether this is the first answer since nobody wanted a turn: what `fractionOf` said before was a guess. */
  readonly isFirst: boolean
  /** Whether no instance has let anything through for a second. */
  readonly isRested: boolean
}

/** What instances share by their users. */
export interface SharedRateShareOptions extends Omit<SharedCounts, 'keys'> {
  /** What is shared: the issuer. */
  readonly name: string
  readonly timers?: Timers | undefined
}

const BEAT_MS = 500
/** Until an instance asks again that has less than is due to it: the others give it back at their next beat. */
const ASK_AGAIN_MS = 250
/** An instance that has said nothing for so long has no part any more. */
const SILENT_MS = 3_000
/** Whoever has got nothing for so long is kept from it by something that is no instance. */
const DENIED_TIMES = (SILENT_MS + 1_000) / ASK_AGAIN_MS
/** So long after the last exchange the burst that a quiet time saves is whole again. */
const REST_MS = 1_000
/** Parts are whole numbers of this, so that no rounding makes them more than all of it. */
const WHOLE = 1_000_000

/**
 * Says how many users this instance has, and takes the part of the rate that is due to them, as far as the others have given it back.
 * Answers with the part, what is due, the users of the others, and whether all have been quiet. By the clock of the store: those of the
 * instances may differ. What no instance has written is left out.
 */
const BEAT: StoreScript = {
  lua: `local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local own, silent, rest, whole = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local kept, others, given, rested = {}, 0, 0, 1
local listed = redis.pcall('GET', KEYS[1])
if type(listed) ~= 'string' or #listed > 131072 then listed = '' end
for entry in string.gmatch(listed, '[^;]+') do
  local id, users, part, untilMs = string.match(entry, '^([%x-]+) (%d+) (%d+) (%d+)$')
  local left = (tonumber(untilMs) or 0) - now
  if id and #users <= 6 and tonumber(part) <= whole and left > 0 and left <= silent then
    rested = 0
    if id ~= ARGV[1] then
      kept[#kept + 1] = entry .. ';'
      others = others + tonumber(users)
      given = given + tonumber(part)
    end
  end
end
local due = own > 0 and math.floor(own * whole / (own + others)) or 0
local part = math.max(0, math.min(due, whole - given))
local life = own > 0 and silent or rest
kept[#kept + 1] = ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. part .. ' ' .. string.format('%.0f', now + life) .. ';'
redis.call('SET', KEYS[1], table.concat(kept), 'PX', ARGV[3])
return { part, due, others, rested }`,
  inMemory(memory, { keys: [key = ''], args: [id = '', ...numbers] }) {
    const [own = 0, silentMs = 0, restMs = 0, whole = 0] = numbers.map(Number)
    const now = memory.nowMs()
    const listed = (memory.get(key) ?? '').split(';').map((entry) => entry.split(' '))
    const known = listed.filter(([, , , untilMs]) => {
      const leftMs = Number(untilMs) - now
      return leftMs > 0 && leftMs <= silentMs
    })
    const others = known.filter(([other]) => other !== id)
    const ofOthers = others.reduce((sum, [, users]) => sum + Number(users), 0)
    const given = others.reduce((sum, [, , part]) => sum + Number(part), 0)
    const due = own > 0 ? Math.floor((own * whole) / (own + ofOthers)) : 0
    const part = Math.max(0, Math.min(due, whole - given))
    const mine = [id, own, part, now + (own > 0 ? silentMs : restMs)]
    memory.set(key, [...others, mine].map((entry) => `${entry.join(' ')};`).join(''), silentMs)
    return [part, due, ofOthers, known.length === 0 ? 1 : 0]
  },
}

/**
 * Shares a rate among the instances that use it, by how many users want or wait for a turn at each: so all users have the same part,
 * wherever they are.
 *
 * Each instance with users tells the store twice a second how many there are. No part is given to another instance before its owner has
 * given it back, or has said nothing for three seconds; so all together do not exceed the rate, and an instance may wait for a second
 * until it has its part. Where the store cannot be had, an instance has one part of `instances`. What is kept in the store has the digest
 * of the name.
 */
export class SharedRateShare implements RateShare {
  readonly #store: SharedCounts['store']
  readonly #timers: Timers
  readonly #key: string
  readonly #alone: number
  readonly #id = randomUUID()
  #member: RateShareMember | undefined
  #fraction = 0
  /** Users of the other instances; `undefined` where the store cannot be had. */
  #others: number | undefined = 0
  #noted = new Set<string>()
  #beating = false
  #denied = 0

  constructor({ store, instances, name, timers = backgroundTimers }: SharedRateShareOptions) {
    this.#store = store
    this.#timers = timers
    this.#key = digestedKey('r', name)
    this.#alone = 1 / instances
  }

  get fraction(): number {
    return this.#fraction
  }

  fractionOf(users: number): number {
    const due = this.#others === undefined ? this.#alone : users / (users + this.#others)
    return Math.max(due, this.#fraction)
  }

  note(user: string): void {
    this.#noted.add(user)
    if (this.#beating) return
    this.#beating = true
    void this.#beat({ isFirst: true })
  }

  join(member: RateShareMember): void {
    this.#member = member
  }

  /** Goes on until nobody waits and nobody has wanted a turn since the last beat. */
  async #beat({ isFirst }: Pick<RateShareChange, 'isFirst'>): Promise<void> {
    const users = new Set([...this.#noted, ...(this.#member?.waiting() ?? [])])
    this.#noted = new Set()
    const { isRested, pauseMs } = await this.#take(users.size)
    this.#member?.changed({ isFirst, isRested: isFirst && isRested })
    if (users.size === 0 && this.#noted.size === 0) {
      this.#beating = false
      this.#others = 0
      return
    }
    this.#timers.after(users.size === 0 ? 0 : pauseMs, () => {
      void this.#beat({ isFirst: false })
    })
  }

  async #take(users: number): Promise<{ readonly isRested: boolean; readonly pauseMs: number }> {
    try {
      const args = [this.#id, users, SILENT_MS, REST_MS, WHOLE]
      const answer = await this.#store.run(BEAT, { keys: [this.#key], args })
      const [part = 0, due = 0, others = 0, rested = 0] = answer
      this.#denied = part === 0 && users > 0 ? this.#denied + 1 : 0
      const isKeptOut = this.#denied > DENIED_TIMES
      this.#fraction = isKeptOut ? this.#alone : part / WHOLE
      this.#others = others
      return { isRested: rested === 1, pauseMs: part < due ? ASK_AGAIN_MS : BEAT_MS }
    } catch {
      this.#fraction = this.#alone
      this.#others = undefined
      return { isRested: false, pauseMs: BEAT_MS }
    }
  }
}
