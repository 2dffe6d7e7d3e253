import { assertOptions, optionsSchema, type OptionsShape } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Complete } from '../options/complete.js'
import { randomBytes } from 'node:crypto'
import { systemClock, systemTimers, type Clock, type Timers } from '../time/clock.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { userKeyOf, type Caller } from '../identity/caller.js'
import { callerForLog } from '../identity/identifier-for-log.js'

/** The bounds of sessions in number and time. */
export interface SessionLimits {
  /** How long a session may be unused. Default 30 minutes. */
  readonly idleMs?: number | undefined
  /** How long a session may last at all. Default 24 hours. */
  readonly maxAgeMs?: number | undefined
  /** Of all callers together. Beyond it, no new one is opened. Default 1000. */
  readonly maxSessions?: number | undefined
  /** Of one user, through all clients together. Beyond it, the one unused for longest ends, one in use last of all. Default 20. */
  readonly maxSessionsPerUser?: number | undefined
}

/** Why a session ended: unused, past its greatest age, displaced by a newer one of its owner, or closed. */
export type SessionEndReason = 'idle' | 'too_old' | 'displaced' | 'closed'

/** The bounds of a registry, and what it is told and given. */
export interface SessionRegistryOptions<T> extends SessionLimits {
  /** Told of every session that ends, whatever the reason. Must not throw. */
  readonly onEnd?: ((value: T, reason: SessionEndReason) => void) | undefined
  readonly clock?: Clock | undefined
  readonly timers?: Timers | undefined
  /** Default: 256 random bits, base64url. */
  readonly createId?: (() => string) | undefined
}

/** A session that is in use until `release` is called; it does not end for being idle before. */
export interface SessionUse<T> {
  readonly value: T
  /** Ends this use. Calling it again does nothing. */
  readonly release: () => void
}

interface Entry<T> {
  readonly value: T
  readonly owner: string
  readonly user: string
  readonly openedAtMs: number
  usedAtMs: number
  uses: number
}

const MINUTE_MS = 60_000
/** The bounds of sessions that are told no others. */
export const SESSION_DEFAULTS = {
  idleMs: 30 * MINUTE_MS,
  maxAgeMs: 24 * 60 * MINUTE_MS,
  maxSessions: 1_000,
  maxSessionsPerUser: 20,
}

/** The schemas of `SessionRegistryOptions`, for options that hold them. */
export const SESSION_SHAPE: OptionsShape<Omit<SessionRegistryOptions<never>, 'onEnd'>> = {
  idleMs: optionValues.whole.optional(),
  maxAgeMs: optionValues.whole.optional(),
  maxSessions: optionValues.whole.optional(),
  maxSessionsPerUser: optionValues.whole.optional(),
  clock: optionValues.callable.optional(),
  timers: optionValues.withFunctions('Timers', 'after').optional(),
  createId: optionValues.callable.optional(),
}

const OPTIONS = optionsSchema<SessionRegistryOptions<never>>({
  ...SESSION_SHAPE,
  onEnd: optionValues.callable.optional(),
})

/**
 * Keeps sessions, each bound to the issuer, user, client, organization and actors of the token that opened it.
 *
 * An id is an address, not a credential: to any other caller it looks like an id that does not exist. Bounded in
 * number and time. Counts in this process alone. (MCP 2025-11-25, Security Best Practices, Session Hijacking.)
 *
 * @category Tools and sessions
 */
export class SessionRegistry<T> {
  // In the order of their last use, the longest unused first.
  readonly #entries = new Map<string, Entry<T>>()
  readonly #options: Complete<Omit<SessionRegistryOptions<T>, 'onEnd'>>
  readonly #onEnd: (value: T, reason: SessionEndReason) => void
  #sweep: { cancel(): void } | undefined

  constructor(options: SessionRegistryOptions<T> = {}) {
    assertOptions('SessionRegistry', OPTIONS, options)
    this.#onEnd = options.onEnd ?? (() => undefined)
    this.#options = {
      idleMs: options.idleMs ?? SESSION_DEFAULTS.idleMs,
      maxAgeMs: options.maxAgeMs ?? SESSION_DEFAULTS.maxAgeMs,
      maxSessions: options.maxSessions ?? SESSION_DEFAULTS.maxSessions,
      maxSessionsPerUser: options.maxSessionsPerUser ?? SESSION_DEFAULTS.maxSessionsPerUser,
      clock: options.clock ?? systemClock,
      timers: options.timers ?? systemTimers,
      createId: options.createId ?? (() => randomBytes(32).toString('base64url')),
    }
  }

  get size(): number {
    return this.#entries.size
  }

  /** Those that are open at present. */
  values(): readonly T[] {
    return [...this.#entries.values()].map(({ value }) => value)
  }

  /**
   * Opens a session of the caller, which `create` makes for the given id.
   *
   * Throws `session_limit` when there are too many of all users. The user's own longest unused one makes room where
   * they have too many, so that nobody ends sessions of others; registering another client buys them nothing.
   */
  open(caller: Caller, create: (id: string) => T): T {
    this.#endExpired()
    const user = userKeyOf(caller)
    const own = [...this.#entries]
      .filter(([, entry]) => entry.user === user)
      .sort(([, a], [, b]) => Number(a.uses > 0) - Number(b.uses > 0))
    const displaced = own.length - this.#options.maxSessionsPerUser + 1
    for (const [id] of own.slice(0, Math.max(0, displaced))) this.#end(id, 'displaced')
    if (this.#entries.size >= this.#options.maxSessions) {
      throw new OnBehalfOfError('session_limit', { retryAfterSeconds: 60 })
    }
    const id = this.#options.createId()
    const now = this.#options.clock()
    const value = create(id)
    this.#entries.set(id, {
      value,
      user,
      owner: ownerOf(caller),
      openedAtMs: now,
      usedAtMs: now,
      uses: 0,
    })
    this.#planSweep()
    return value
  }

  /**
   * Takes the caller's session of this id into use.
   *
   * Throws `session_not_found` for an id that is unknown or has ended, and likewise for one of somebody else.
   */
  use(id: string, caller: Caller): SessionUse<T> {
    const entry = this.#owned(id, caller)
    entry.uses += 1
    this.#touch(id, entry)
    let released = false
    return {
      value: entry.value,
      release: () => {
        if (released) return
        released = true
        entry.uses -= 1
        if (this.#entries.get(id) === entry) this.#touch(id, entry)
      },
    }
  }

  /**
   * Throws `session_not_found` as `use` does, for what has to be known before anything is done for the caller. Does not
   * count as a use.
   */
  assertOwned(id: string, caller: Caller): void {
    this.#owned(id, caller)
  }

  /** Ends a session. The caller of this method has to check the owner first. */
  end(id: string): void {
    this.#end(id, 'closed')
  }

  /** Ends all sessions. */
  close(): void {
    for (const id of [...this.#entries.keys()]) this.#end(id, 'closed')
  }

  #owned(id: string, caller: Caller): Entry<T> {
    const entry = this.#entries.get(id)
    const ended = entry === undefined ? undefined : this.#expiry(entry)
    if (entry === undefined || ended !== undefined) {
      if (ended !== undefined) this.#end(id, ended)
      throw new OnBehalfOfError('session_not_found', { reason: 'session_unknown' })
    }
    if (entry.owner !== ownerOf(caller)) {
      const log = { ...callerForLog(caller), security: true }
      throw new OnBehalfOfError('session_not_found', { reason: 'session_of_another', log })
    }
    return entry
  }

  #touch(id: string, entry: Entry<T>): void {
    entry.usedAtMs = this.#options.clock()
    this.#entries.delete(id)
    this.#entries.set(id, entry)
  }

  #expiry(entry: Entry<T>): SessionEndReason | undefined {
    const now = this.#options.clock()
    if (now - entry.openedAtMs >= this.#options.maxAgeMs) return 'too_old'
    return entry.uses === 0 && now - entry.usedAtMs >= this.#options.idleMs ? 'idle' : undefined
  }

  #endExpired(): void {
    for (const [id, entry] of [...this.#entries]) {
      const reason = this.#expiry(entry)
      if (reason !== undefined) this.#end(id, reason)
    }
  }

  #end(id: string, reason: SessionEndReason): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#entries.delete(id)
    if (this.#entries.size === 0) this.#cancelSweep()
    this.#onEnd(entry.value, reason)
  }

  /** Sessions that nobody comes back to must not stay for want of a new one. */
  #planSweep(): void {
    this.#sweep ??= this.#options.timers.after(Math.min(this.#options.idleMs, MINUTE_MS), () => {
      this.#sweep = undefined
      this.#endExpired()
      if (this.#entries.size > 0) this.#planSweep()
    })
  }

  #cancelSweep(): void {
    this.#sweep?.cancel()
    this.#sweep = undefined
  }
}

function ownerOf({ issuer, subject, clientId, organization, delegation }: Caller): string {
  const actors = delegation?.chain ?? null
  return JSON.stringify([issuer, subject, clientId, organization ?? null, actors])
}
