import type { Secret } from '../secret.js'
import { guessableDigests } from '../store/digested-key.js'
import { COUNTS_LUA, countedIn } from '../store/store-counts.js'
import type { StoreScript } from '../store/store-script.js'
import type { Store } from '../store/store.js'
import { systemClock, type Clock } from '../time/clock.js'
import { UserWindow, type Overdraft } from './user-window.js'

/** What several processes count together. */
export interface SharedWindowOptions {
  /** Of each user in a minute, in all processes together. */
  readonly limit: number
  readonly store: Pick<Store, 'run'>
  /** Master keys: the first hides in the store whose counts those are. */
  readonly keys: readonly Secret[]
  /** What is counted: another name is another count. */
  readonly name: string
  /** How many processes there are at most. Among so many the limit is divided while the store cannot be had. */
  readonly instances: number
  readonly clock?: Clock | undefined
  /** From 0 to less than 1. */
  readonly random?: (() => number) | undefined
}

const WINDOW_MS = 60_000
/** A process takes no more than this part of a limit at a time. */
const MOST_AT_A_TIME = 1 / 20
/** The part of a limit that all processes but one may have taken and not used: what the last one cannot use in this minute. */
const UNUSED = 1 / 10
/** Users whose minute is over are forgotten when so many are known. */
const SWEEP_AT = 10_000
const SWEEP_MS = 1_000

/** One user, in this process. */
interface Lease {
  /** What this process may still let through without asking. */
  left: number
  endsAtMs: number
  /** Whether the store has nothing more for this user until then. */
  usedUp: boolean
  refused: boolean
  /** A request to the store that is under way. */
  asking: Promise<void> | undefined
}

/**
 * Takes of what is left of a user's minute: as much as is wanted, or what there is, but nothing where that is less than the least.
 * What must be counted (`force`) is, whether or not it fits.
 */
const TAKE: StoreScript = {
  lua: `${COUNTS_LUA}
local limit, want, least, life, force = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local used, left = counted(life)
local granted = math.min(want, limit - used)
if granted < least then granted = 0 end
if force == '1' then granted = want end
if granted > 0 then keep(used + granted, left) end
return { granted, left, used + granted }`,
  inMemory(memory, { keys: [key = ''], args }) {
    const [limit = 0, want = 0, least = 0, life = 0, force = 0] = args.map(Number)
    const { count: used, leftMs } = countedIn(memory, key, life)
    const fitting = Math.min(want, limit - used)
    const granted = force === 1 ? want : fitting < least ? 0 : fitting
    if (granted > 0) memory.set(key, String(used + granted), leftMs)
    return [granted, leftMs, used + granted]
  },
}

/**
 * Counts what each user uses up in a minute, in all processes that share a store: as `UserWindow`, whose minute begins with the user's
 * first request.
 *
 * A process takes a twentieth of the limit at a time, or less where there are many of them, and asks the store again when that is used
 * up, so most requests ask nobody. No more than the limit is let through; a user of several processes may be refused by a tenth of it
 * too early. While the store cannot be had, each process lets its part of the limit through; chance rounds it up or down, anew for
 * each user and minute, so that all together let the limit through on average. What is kept in the store has a digest of
 * the user that nobody else can make.
 */
export class SharedWindow {
  readonly #options: SharedWindowOptions
  readonly #clock: Clock
  readonly #digest: (user: string) => string
  readonly #chunk: number
  readonly #alone: UserWindow
  readonly #leases = new Map<string, Lease>()
  #sweptAtMs = 0

  constructor(options: SharedWindowOptions) {
    const { limit, instances, clock = systemClock, random = Math.random } = options
    this.#options = options
    this.#clock = clock
    this.#digest = guessableDigests(options.keys)
    const share = Math.min(MOST_AT_A_TIME, UNUSED / Math.max(1, instances - 1))
    this.#chunk = Math.max(1, Math.floor(limit * share))
    const part = limit / instances
    const roundedUp = Math.ceil(part)
    this.#alone = new UserWindow({
      limit: roundedUp,
      usedAtFirst: () => (random() < roundedUp - part ? 1 : 0),
      clock,
    })
  }

  /** Counts `amount` where it fits into what is left, and nothing where it does not. A promise where the store has to be asked. */
  take(user: string, amount: number): Overdraft | undefined | Promise<Overdraft | undefined> {
    const lease = this.#leaseOf(user)
    if (lease.left >= amount) {
      lease.left -= amount
      return undefined
    }
    if (lease.usedUp || amount > this.#options.limit) return this.#overdraft(lease)
    return this.#asked(user, amount)
  }

  /** Counts `amount` whether or not it fits: it has been used up already. */
  spend(user: string, amount: number): void {
    const lease = this.#leaseOf(user)
    lease.left -= amount
    if (lease.left >= 0) return
    const want = this.#chunk - lease.left
    lease.left = this.#chunk
    this.#run(user, { want, least: 0, force: true }).then(
      ({ used }) => {
        lease.usedUp = used - this.#chunk > this.#options.limit
      },
      () => {
        this.#alone.spend(user, want)
      },
    )
  }

  /** Tells whether the user has used up the limit, as far as this process knows. */
  overdraft(user: string): Overdraft | undefined {
    const lease = this.#leases.get(user)
    const over = lease !== undefined && lease.usedUp && this.#clock() < lease.endsAtMs
    return over ? this.#overdraft(lease) : this.#alone.overdraft(user)
  }

  async #asked(user: string, amount: number): Promise<Overdraft | undefined> {
    for (;;) {
      const lease = this.#leaseOf(user)
      if (lease.left >= amount) {
        lease.left -= amount
        return undefined
      }
      if (lease.usedUp) return this.#overdraft(lease)
      try {
        // One request of a user at a time: the others may have what it brings.
        await (lease.asking ??= this.#more(user, lease, amount))
      } catch {
        return this.#alone.take(user, amount)
      }
    }
  }

  async #more(user: string, lease: Lease, amount: number): Promise<void> {
    try {
      const want = Math.max(this.#chunk, amount)
      const { granted } = await this.#run(user, { want, least: amount, force: false })
      lease.left += granted
      lease.usedUp = granted < amount
    } finally {
      lease.asking = undefined
    }
  }

  /** Resolves with what was granted, and what all processes have taken by now; the lease lasts for as long as the minute in the store. */
  async #run(
    user: string,
    {
      want,
      least,
      force,
    }: { readonly want: number; readonly least: number; readonly force: boolean },
  ): Promise<{ readonly granted: number; readonly used: number }> {
    const { store, limit, name } = this.#options
    const keys = [`l:${name}:${this.#digest(user)}`]
    const args = [limit, want, least, WINDOW_MS, force ? 1 : 0]
    const [granted = 0, leftMs = WINDOW_MS, used = 0] = await store.run(TAKE, { keys, args })
    const lease = this.#leaseOf(user)
    lease.endsAtMs = this.#clock() + (leftMs > 0 ? Math.min(leftMs, WINDOW_MS) : WINDOW_MS)
    return { granted, used }
  }

  #leaseOf(user: string): Lease {
    const nowMs = this.#clock()
    const known = this.#leases.get(user)
    if (known !== undefined) {
      const isOver = nowMs >= known.endsAtMs || nowMs < known.endsAtMs - WINDOW_MS
      if (isOver) {
        Object.assign(known, {
          left: 0,
          usedUp: false,
          refused: false,
          endsAtMs: nowMs + WINDOW_MS,
        })
      }
      return known
    }
    if (this.#leases.size >= SWEEP_AT) this.#forgetOver(nowMs)
    const lease: Lease = {
      ...{ left: 0, endsAtMs: nowMs + WINDOW_MS, usedUp: false, refused: false },
      asking: undefined,
    }
    this.#leases.set(user, lease)
    return lease
  }

  /** At most once a second: many users must not cost every request a walk through all of them. */
  #forgetOver(nowMs: number): void {
    if (Math.abs(nowMs - this.#sweptAtMs) < SWEEP_MS) return
    this.#sweptAtMs = nowMs
    for (const [user, { endsAtMs, asking }] of this.#leases) {
      if (nowMs >= endsAtMs && asking === undefined) this.#leases.delete(user)
    }
  }

  #overdraft(lease: Lease): Overdraft {
    const repeated = lease.refused
    lease.refused = true
    const leftMs = lease.endsAtMs - this.#clock()
    return { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)), repeated }
  }
}
