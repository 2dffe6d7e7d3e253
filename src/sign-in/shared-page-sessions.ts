import type { Secret } from '../secret.js'
import { SealedRecords } from '../store/sealed-records.js'
import type { Store } from '../store/store.js'
import type { Clock } from '../time/clock.js'
import { newSession, type PageSession, type SessionOwner } from './page-sessions.js'

/** Where sessions of all instances are. */
export interface SharedPageSessionsOptions {
  readonly store: Pick<Store, 'get' | 'set' | 'delete'>
  readonly keys: readonly Secret[]
  readonly lifetimeMs: number
  readonly clock: Clock
}

/**
 * Sessions of people for all instances that share a store, as `PageSessions`. What lies there opens with the cookie of its browser
 * alone. Every method rejects while the store cannot be had.
 */
export class SharedPageSessions {
  readonly #options: SharedPageSessionsOptions
  readonly #records: SealedRecords

  constructor(options: SharedPageSessionsOptions) {
    this.#options = options
    this.#records = new SealedRecords({ ...options, kind: 'pz' })
  }

  /** A new session, with an id that nobody has seen. */
  async open(owner: SessionOwner): Promise<PageSession> {
    const { lifetimeMs: ttlMs, clock } = this.#options
    const session = newSession(owner, clock() + ttlMs)
    const { id, formKey, ...kept } = session
    const text = JSON.stringify({ ...kept, formKey: formKey.toString('base64url') })
    await this.#records.set(id, text, { ttlMs })
    return session
  }

  /** The session of a cookie, if it has not expired. */
  async find(id: string | undefined): Promise<PageSession | undefined> {
    const text = id === undefined ? undefined : await this.#records.get(id)
    if (id === undefined || text === undefined) return undefined
    const kept = JSON.parse(text) as Omit<PageSession, 'id' | 'formKey'> & { formKey: string }
    const session = { ...kept, id, formKey: Buffer.from(kept.formKey, 'base64url') }
    return this.#options.clock() < session.expiresAtMs ? session : undefined
  }

  /** Ends a session. Does nothing for one that is not there. */
  async end(id: string | undefined): Promise<void> {
    if (id !== undefined) await this.#records.delete(id)
  }
}
