import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Secret } from '../secret.js'
import { digestedKey, guessableDigests } from '../store/digested-key.js'
import { SealedRecords } from '../store/sealed-records.js'
import { countOf } from '../store/store-counts.js'
import type { Store } from '../store/store.js'
import type { Clock } from '../time/clock.js'
import { ADVANCE, FREE, RESERVE } from './pending-scripts.js'
import type { AskedOnPage, PendingCall, Taken } from './pending-calls.js'

/** Where calls of all instances wait. */
export interface SharedPendingCallsOptions {
  readonly store: Pick<Store, 'get' | 'set' | 'delete' | 'run'>
  readonly keys: readonly Secret[]
  readonly lifetimeMs: number
  readonly clock: Clock
  /** Of one user, opened within a lifetime and not yet decided. Default 20. */
  readonly maxPerUser?: number | undefined
}

/** A call as it lies in the store. */
interface Kept extends Omit<PendingCall, 'state'> {
  /** The name of the record that leads here from the subject. */
  readonly place: string
}

interface Decision {
  readonly state: 'approved' | 'declined'
  readonly expiresAtMs: number
}

const ID_BYTES = 32
/** An empty value could not be found. */
const MARK = Uint8Array.of(1)
/** A record that leads to a call lives twice a lifetime at most, so a count of its rounds has to live longer. */
const ROUND_LIFETIMES = 3
/** Two instances that are asked about the same call at once find the same one in the next try. */
const TRIES = 4
/** Between two looks at a call that waits. */
const LOOK_MS = 500

/**
 * Calls that wait for a person, for all instances that share a store: asked about by one, shown and approved by another. As
 * `PendingCalls`, each answer counts once in all of them.
 *
 * For each call there are: the call by its id; its id by the subject and the number of its round; the decision; a mark that it was
 * taken. All but the numbers and the mark are sealed, and users and subjects have digests that nobody else can make. Every method rejects while the store cannot be had: then nothing is asked,
 * shown or approved.
 */
export class SharedPendingCalls {
  readonly #options: SharedPendingCallsOptions
  readonly #digest: (text: string) => string
  readonly #calls: SealedRecords
  readonly #ids: SealedRecords
  readonly #decisions: SealedRecords

  constructor(options: SharedPendingCallsOptions) {
    this.#options = options
    this.#digest = guessableDigests(options.keys)
    const records = (kind: string): SealedRecords => new SealedRecords({ ...options, kind })
    this.#calls = records('pc')
    this.#ids = records('ps')
    this.#decisions = records('pd')
  }

  /** As `take` of `PendingCalls`. */
  async take(asked: AskedOnPage): Promise<Taken | 'full'> {
    const subject = this.#digest(asked.subject)
    let occupied: number | undefined
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const round = await this.#roundOf(subject)
      const place = `${subject}:${round}`
      const id = await this.#ids.get(place)
      const call = id === undefined ? undefined : await this.#read(id)
      if (id === undefined || call === undefined) {
        const opened = await this.#opened(asked, place)
        if (opened !== undefined) return opened
        // Another instance was faster; or the call of this round has gone, or what lies in its place cannot be read.
        if (id !== undefined || occupied === round) await this.#advance(subject, round, round + 1)
        occupied = round
      } else if (call.state === 'waiting') {
        return { kind: 'waiting', call }
      } else {
        const isFirst = await this.#mark(id)
        await this.#advance(subject, round, round + 1)
        if (isFirst) return this.#taken(call, { subject, round })
      }
    }
    return 'full'
  }

  /** As `has` of `PendingCalls`. */
  async has(subject: string): Promise<boolean> {
    const digest = this.#digest(subject)
    const id = await this.#ids.get(`${digest}:${await this.#roundOf(digest)}`)
    return id !== undefined && (await this.#read(id)) !== undefined
  }

  /** The call of an id, if it has not expired, and nobody has taken its answer. */
  async find(id: string): Promise<PendingCall | undefined> {
    const [call, taken] = await Promise.all([this.#read(id), this.#options.store.get(markOf(id))])
    return taken === undefined ? call : undefined
  }

  /** Answers a call that waits; an approval counts for another lifetime. `false`: it does not wait any more. */
  async decide(id: string, state: Decision['state']): Promise<boolean> {
    const kept = await this.#keptOf(id)
    if (kept === undefined) return false
    const { lifetimeMs: ttlMs, clock } = this.#options
    const decision: Decision = { state, expiresAtMs: clock() + ttlMs }
    // What leads to the call has to live as long as the decision.
    await this.#calls.set(id, JSON.stringify(kept), { ttlMs })
    await this.#ids.set(kept.place, id, { ttlMs })
    const text = JSON.stringify(decision)
    if (!(await this.#decisions.set(id, text, { ttlMs, onlyIfAbsent: true }))) return false
    await this.#free(kept.user)
    return true
  }

  /**
   * Waits until a call is answered, in whichever instance: `false` where that has not happened when its time is over, or when
   * `signal` aborts. Looks twice a second; an outage of the store is waited out.
   */
  async decided(id: string, signal: AbortSignal): Promise<boolean> {
    const kept = await this.#keptOf(id)
    if (kept === undefined) return true
    const isOver = (): boolean => signal.aborted || this.#options.clock() >= kept.expiresAtMs
    while (!isOver()) {
      const call = await this.#read(id).catch(() => callOf(kept, undefined))
      if (call?.state !== 'waiting') return call !== undefined
      await setTimeout(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
    return false
  }

  /** `undefined`: another instance was faster. */
  async #opened(asked: AskedOnPage, place: string): Promise<Taken | 'full' | undefined> {
    const { user, tool, question, client } = asked
    const { clock, lifetimeMs: ttlMs } = this.#options
    if (!(await this.#reserve(user))) return 'full'
    const id = randomBytes(ID_BYTES).toString('base64url')
    const expiresAtMs = clock() + ttlMs
    const kept: Kept = { id, user, tool, question, client, place, expiresAtMs }
    // Whoever finds the id finds the call.
    await this.#calls.set(id, JSON.stringify(kept), { ttlMs })
    if (await this.#ids.set(place, id, { ttlMs, onlyIfAbsent: true })) {
      return { kind: 'waiting', call: callOf(kept, undefined) }
    }
    await this.#calls.delete(id)
    await this.#free(user)
    return undefined
  }

  async #free(user: string): Promise<void> {
    await this.#options.store.run(FREE, { keys: [this.#placesOf(user)], args: [] })
  }

  async #reserve(user: string): Promise<boolean> {
    const { store, lifetimeMs, maxPerUser = 20 } = this.#options
    const args = [maxPerUser, lifetimeMs]
    const [reserved] = await store.run(RESERVE, { keys: [this.#placesOf(user)], args })
    return reserved === 1
  }

  async #read(id: string): Promise<PendingCall | undefined> {
    const [kept, text] = await Promise.all([this.#calls.get(id), this.#decisions.get(id)])
    if (kept === undefined) return undefined
    const decision = text === undefined ? undefined : (JSON.parse(text) as Decision)
    const call = callOf(JSON.parse(kept) as Kept, decision)
    return this.#options.clock() < call.expiresAtMs ? call : undefined
  }

  async #keptOf(id: string): Promise<Kept | undefined> {
    const text = await this.#calls.get(id)
    const kept = text === undefined ? undefined : (JSON.parse(text) as Kept)
    const isOver = kept === undefined || this.#options.clock() >= kept.expiresAtMs
    return isOver ? undefined : kept
  }

  #taken(
    { id, state }: PendingCall,
    { subject, round }: { readonly subject: string; readonly round: number },
  ): Taken {
    if (state === 'declined') return { kind: 'declined' }
    const giveBack = async (): Promise<void> => {
      await this.#options.store.delete(markOf(id))
      // Where the same call is being asked about anew, that question stands.
      const anew = await this.#ids.get(`${subject}:${round + 1}`)
      if (anew === undefined) await this.#advance(subject, round + 1, round)
    }
    let isGivenBack = false
    return {
      kind: 'approved',
      giveBack: () => {
        // A second time could give back what somebody else has taken since.
        if (isGivenBack) return
        isGivenBack = true
        // Without a store, the person approves once more.
        giveBack().catch(() => undefined)
      },
    }
  }

  /** The first who marks an answer has it. */
  #mark(id: string): Promise<boolean> {
    const { store, lifetimeMs: ttlMs } = this.#options
    return store.set(markOf(id), MARK, { ttlMs, onlyIfAbsent: true })
  }

  #placesOf(user: string): string {
    return `pn:${this.#digest(user)}`
  }

  async #roundOf(subject: string): Promise<number> {
    const value = await this.#options.store.get(`pg:${subject}`)
    return countOf(value && Buffer.from(value).toString())
  }

  async #advance(subject: string, from: number, to: number): Promise<void> {
    const { store, lifetimeMs } = this.#options
    const args = [from, to, lifetimeMs * ROUND_LIFETIMES]
    await store.run(ADVANCE, { keys: [`pg:${subject}`], args })
  }
}

function callOf({ place: _, ...call }: Kept, decision: Decision | undefined): PendingCall {
  return { ...call, state: 'waiting', ...decision }
}

function markOf(id: string): string {
  return digestedKey('pt', id)
}
