import type { Caller } from '../../../src/identity/caller.js'
import {
  createRevocation,
  type Revocation,
  type RevocationOptions,
} from '../../../src/revocation/revocation.js'
import type { CutoffStore } from '../../../src/revocation/shared-cutoffs.js'
import { Secret } from '../../../src/secret.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import { StoreUnavailableError, type Listener, type Store } from '../../../src/store/store.js'
import type { Timers } from '../../../src/time/clock.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { RecordingLog } from '../../helpers/recording-log.js'

export const ISSUER = 'https://issuer.example/'
export const NOW = 1_800_000_000

/** A caller whose token was issued a minute before `NOW`. */
export function callerOf(changes: Partial<Caller> = {}): Caller {
  return Object.freeze({
    ...{ issuer: ISSUER, subject: 'auth0|alice', clientId: 'client', scopes: [] },
    ...{ expiresAtSeconds: NOW + 600, issuedAtSeconds: NOW - 60 },
    ...changes,
  })
}

/** A store that a test takes away, and gives back. */
export class FragileStore implements Pick<Store, 'get' | 'run' | 'publish' | 'subscribe'> {
  readonly kept: Store
  /** In the order in which they came. */
  readonly asked: string[] = []
  readonly #listeners = new Set<Listener>()
  isThere = true

  constructor(kept = createMemoryStore({ clock: () => NOW * 1_000 })) {
    this.kept = kept
  }

  get(key: string) {
    return this.#have('get', () => this.kept.get(key))
  }

  run(...given: Parameters<Store['run']>) {
    return this.#have('run', () => this.kept.run(...given))
  }

  publish(...given: Parameters<Store['publish']>) {
    return this.#have('publish', () => this.kept.publish(...given))
  }

  subscribe(channel: string, listener: Listener) {
    this.#listeners.add(listener)
    return this.kept.subscribe(channel, {
      message: (text) => {
        if (this.isThere) listener.message(text)
      },
    })
  }

  /** As `createRedisStore` does it when it is back. */
  comeBack(): void {
    this.isThere = true
    for (const listener of this.#listeners) listener.gap?.()
  }

  async #have<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.asked.push(name)
    if (!this.isThere) throw new StoreUnavailableError('gone')
    return work()
  }
}

/** Timers that a test runs by hand. */
export class ManualTimers implements Timers {
  readonly waiting = new Set<() => void>()

  after(_delayMs: number, run: () => void) {
    this.waiting.add(run)
    return { cancel: () => void this.waiting.delete(run) }
  }

  runAll(): void {
    for (const run of [...this.waiting]) {
      this.waiting.delete(run)
      run()
    }
  }
}

export interface Stand {
  readonly revocation: Revocation
  readonly log: RecordingLog
  readonly timers: ManualTimers
  /** `in force`, or the reason of the refusal. */
  readonly verdictOn: (changes?: Partial<Caller>) => Promise<string>
  nowMs: number
}

/** Of all instances in these tests, unless they say otherwise. */
export const KEYS = [new Secret('a-key-of-all-instances-0123456789abcdef')]

export interface StandOptions extends Omit<RevocationOptions, 'shared'> {
  readonly store?: CutoffStore | undefined
  readonly keys?: readonly Secret[] | undefined
}

export function startRevocation({ store, keys = KEYS, ...options }: StandOptions = {}): Stand {
  const log = new RecordingLog()
  const timers = new ManualTimers()
  const stand: Stand = {
    ...{ log, timers, nowMs: NOW * 1_000 },
    revocation: createRevocation({
      ...{ log, timers, clock: () => stand.nowMs, ...options },
      shared: store && { store, keys },
    }),
    async verdictOn(changes) {
      try {
        await stand.revocation.assertInForce(callerOf(changes))
        return 'in force'
      } catch (error) {
        if (error instanceof OnBehalfOfError) return `${error.code} ${error.details.reason ?? ''}`
        throw error
      }
    },
  }
  return stand
}

/** Until what began by itself has gone on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve()
}
