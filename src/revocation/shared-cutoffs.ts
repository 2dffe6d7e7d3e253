import { LRUCache } from 'lru-cache'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { RepeatedLines } from '../logging/repeated-lines.js'
import type { Secret } from '../secret.js'
import type { Store, Unsubscribe } from '../store/store.js'
import type { Clock, Timers } from '../time/clock.js'
import { CutoffSeal } from './cutoff-seal.js'
import type { CutoffTable } from './cutoff-table.js'
import { ANYTHING, REPLACE_CUTOFF } from './replace-cutoff.js'

/** What cutoffs need of a store. */
export type CutoffStore = Pick<Store, 'get' | 'run' | 'publish' | 'subscribe'>

export interface SharedCutoffsOptions {
  readonly store: CutoffStore
  /** The first seals, all open. */
  readonly keys: readonly Secret[]
  readonly log: Logger
  readonly table: CutoffTable
  readonly maxEntries: number
  readonly clock: Clock
  readonly timers: Timers
  /** Takes a cutoff that another instance has set. */
  readonly learn: (key: string, seconds: number) => void
  /** The keys that somebody waits for without asking again: those of open streams and sessions. */
  readonly watchedKeys: () => readonly string[]
}

interface Asked {
  /** Of the subscription, when the store was asked. */
  readonly generation: number
  readonly atMs: number
  readonly answered: boolean
}

const CHANNEL = 'revoked'
/** A store that has not answered is not asked about the same user again before. */
const ASK_AGAIN_MS = 1_000
/** What was answered long ago is asked again in the background, in case that a message was lost unseen. */
const DOUBT_AFTER_MS = 60_000
const WRITE_AGAIN_MS = 1_000
/** Another instance may write the same cutoff in between. */
const TRIES = 4

/**
 * Cutoffs in a store, for all instances: each is sealed, written there and published. What does not open is passed over. A key that this instance has not seen is looked up,
 * once, and again when messages may have been lost. What cannot be written is written when the store is back.
 */
export class SharedCutoffs {
  readonly #options: SharedCutoffsOptions
  readonly #seal: CutoffSeal
  readonly #asked: LRUCache<string, Asked>
  readonly #asking = new Map<string, Promise<void>>()
  /** What the store may lack, and whether the other instances have to be told. All of it is in the table too. */
  readonly #unwritten = new Map<string, boolean>()
  /** Whoever can write into the store can do so as often as they like. */
  readonly #lines: RepeatedLines
  readonly #unsubscribe: Unsubscribe
  #generation = 0
  #writing = false
  #timer: { cancel(): void } | undefined
  #closed = false

  constructor(options: SharedCutoffsOptions) {
    this.#options = options
    this.#seal = new CutoffSeal(options.keys, CHANNEL)
    this.#lines = new RepeatedLines(options.clock)
    this.#asked = new LRUCache({ max: options.maxEntries })
    this.#unsubscribe = options.store.subscribe(CHANNEL, {
      message: (text) => {
        const told = this.#seal.openMessage(text)
        if (told === undefined) this.#unreadable('message')
        else options.learn(told.key, told.seconds)
      },
      gap: () => {
        this.#messagesWereLost()
      },
    })
  }

  /** Resolves with whether the store has it now, and the other instances were told. Never rejects. */
  async write(key: string, seconds: number): Promise<boolean> {
    const hasWritten = await this.#hasWritten(key, seconds, true)
    if (!hasWritten) this.#writeLater()
    return hasWritten
  }

  /**
   * Sees to it that what the store says of these keys is known. `undefined`: nothing has to be waited for. What it gives never rejects, and
   * waits no longer than one command of the store may take.
   */
  lookUp(keys: readonly string[]): Promise<unknown> | undefined {
    const waiting = keys.flatMap((key) => {
      const asked = this.#asked.get(key)
      const isKnown = asked?.answered === true && asked.generation === this.#generation
      const ageMs = asked === undefined ? Infinity : this.#options.clock() - asked.atMs
      if (isKnown) {
        if (ageMs >= DOUBT_AFTER_MS) void this.#ask(key)
        return []
      }
      const hasFailed = asked?.answered === false && ageMs < ASK_AGAIN_MS
      return hasFailed ? [] : [this.#ask(key)]
    })
    return waiting.length === 0 ? undefined : Promise.all(waiting)
  }

  close(): void {
    this.#closed = true
    this.#unsubscribe()
    this.#timer?.cancel()
  }

  #ask(key: string): Promise<void> {
    const underWay = this.#asking.get(key)
    if (underWay !== undefined) return underWay
    const asking = this.#answer(key).finally(() => this.#asking.delete(key))
    this.#asking.set(key, asking)
    return asking
  }

  async #answer(key: string): Promise<void> {
    const asked = { generation: this.#generation, atMs: this.#options.clock() }
    try {
      await this.#read(key)
      this.#asked.set(key, { ...asked, answered: true })
    } catch {
      this.#asked.set(key, { ...asked, answered: false })
    }
  }

  /** Learns what the store has. `text`: as it lies there. */
  async #read(key: string): Promise<{ readonly text: string; readonly seconds?: number }> {
    const { store, learn } = this.#options
    const value = await store.get(key)
    if (value === undefined) return { text: '' }
    const text = Buffer.from(value).toString()
    const seconds = this.#seal.openValue(key, text)
    if (seconds === undefined) {
      this.#unreadable('value')
      return { text: ANYTHING }
    }
    learn(key, seconds)
    return { text, seconds }
  }

  /** The store may lack what this instance knows, and this instance what others have written. */
  #messagesWereLost(): void {
    const { table, watchedKeys } = this.#options
    this.#generation += 1
    for (const [key] of table.entries()) {
      if (!this.#unwritten.has(key)) this.#unwritten.set(key, false)
    }
    void this.#askAbout(watchedKeys())
    void this.#writeAll()
  }

  /** One after the other: there may be many, and those who call come first. */
  async #askAbout(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      if (this.#closed) return
      await this.#ask(key)
    }
  }

  async #writeAll(): Promise<void> {
    if (this.#writing) return
    this.#writing = true
    let hasWritten = true
    for (const [key, tells] of this.#unwritten) {
      // A later cutoff may come meanwhile, and not be written.
      this.#unwritten.delete(key)
      const seconds = this.#options.table.own(key)
      hasWritten = seconds === undefined || (await this.#hasWritten(key, seconds, tells))
      if (!hasWritten) break
    }
    this.#writing = false
    if (!hasWritten) this.#writeLater()
  }

  async #hasWritten(key: string, seconds: number, tells: boolean): Promise<boolean> {
    try {
      await this.#send(key, seconds, tells)
      return true
    } catch {
      this.#unwritten.set(key, tells || this.#unwritten.get(key) === true)
      this.#forgetOldest()
      return false
    }
  }

  /** What there is no room for in the table has become a cutoff for everybody there. */
  #forgetOldest(): void {
    const [oldest] = this.#unwritten.keys()
    if (this.#unwritten.size > this.#options.maxEntries && oldest !== undefined) {
      this.#unwritten.delete(oldest)
    }
  }

  #writeLater(): void {
    if (this.#closed || this.#timer !== undefined) return
    this.#timer = this.#options.timers.after(WRITE_AGAIN_MS, () => {
      this.#timer = undefined
      void this.#writeAll()
    })
  }

  async #send(key: string, seconds: number, tells: boolean): Promise<void> {
    const { store, table } = this.#options
    const ttlMs = Math.ceil(table.leftMs(seconds))
    if (ttlMs <= 0) return
    const isLater = await this.#raise(key, seconds, ttlMs)
    if (tells || isLater) await store.publish(CHANNEL, this.#seal.message({ key, seconds }))
  }

  /** Keeps the later of two cutoffs. Resolves with whether that is this one, and the store did not have it. */
  async #raise(key: string, seconds: number, ttlMs: number): Promise<boolean> {
    const { store } = this.#options
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const kept = await this.#read(key)
      if (kept.seconds !== undefined && kept.seconds >= seconds) return false
      const args = [kept.text, this.#seal.value({ key, seconds }), ttlMs]
      const [isSet] = await store.run(REPLACE_CUTOFF, { keys: [key], args })
      if (isSet === 1) return true
    }
    throw new Error('other instances have changed it each time')
  }

  #unreadable(place: 'value' | 'message'): void {
    const { isRepeated, more } = this.#lines.note('unreadable')
    if (isRepeated) return
    const line = { place, more, security: true, hint: UNREADABLE }
    logEvent(this.#options.log, 'warn', { event: 'sign_out_unreadable', ...line })
  }
}

const UNREADABLE =
  'A sign-out in the shared store could not be opened, and is passed over. Use the same STORE_KEY in all instances; while a key is replaced, all of them need both.'
