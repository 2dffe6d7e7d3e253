import { z } from 'zod'
import { OnBehalfOfError } from '../failures/errors.js'
import { identifierForLog } from '../identity/identifier-for-log.js'
import { logEvent } from '../logging/log-event.js'
import { LOGGER_OPTION, silentLog, type Logger } from '../logging/logger.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { MASTER_KEYS_OPTION, type SharedState } from '../store/shared-state.js'
import { backgroundTimers, systemClock, type Clock, type Timers } from '../time/clock.js'
import { CutoffTable } from './cutoff-table.js'
import { SharedCutoffs, type CutoffStore } from './shared-cutoffs.js'
import { keysOfCaller, keysOfSignedOut, type SignedInToken, type SignedOut } from './signed-out.js'
import { WatchedCallers } from './watched-callers.js'

/** Where instances tell one another who is signed out. */
export interface SharedSignOuts extends Pick<SharedState, 'keys'> {
  readonly store: CutoffStore
}

/** How `createRevocation` keeps who is signed out. */
export interface RevocationOptions {
  /**
   * Shared by all instances: a store, and the keys that seal what is kept in it. The same as `shared` of `onBehalfOf`. Default: this
   * process alone knows.
   */
  readonly shared?: SharedSignOuts | undefined
  /**
   * How long it is kept that somebody is signed out, in seconds: as long as the longest access token for this server may live. Default
   * 86400, a day.
   */
  readonly tokenLifeSeconds?: number | undefined
  /** Of the issuers that share a tenant with others, the one that stands for all. Default: each stands for itself. */
  readonly primaryIssuers?: Readonly<Record<string, string>> | undefined
  /** How many are kept in this process. Default 100000. Beyond it, tokens that are older than what goes count no more, whose they are. */
  readonly maxEntries?: number | undefined
  /** Default: none. */
  readonly log?: Logger | undefined
  readonly clock?: Clock | undefined
  readonly timers?: Timers | undefined
}

const OPTIONS = optionsSchema<RevocationOptions>({
  shared: optionsSchema<SharedSignOuts & Partial<SharedState>>({
    store: optionValues.withFunctions('a Store', 'get', 'run', 'publish', 'subscribe'),
    keys: MASTER_KEYS_OPTION,
    instances: z.unknown().optional(),
    outage: z.unknown().optional(),
  }).optional(),
  tokenLifeSeconds: optionValues.count.optional(),
  primaryIssuers: z.record(z.string(), z.string(), 'must be issuers by issuers').optional(),
  maxEntries: optionValues.count.optional(),
  log: LOGGER_OPTION.optional(),
  clock: optionValues.callable.optional(),
  timers: optionValues.withFunctions('Timers', 'after').optional(),
})

/** When somebody was signed out, and who says so. */
export interface RevokeOptions {
  /** Epoch seconds. Default: now. A time in the future counts as now. */
  readonly atSeconds?: number | undefined
  /** Who says so, for the log. Default `own`. */
  readonly source?: string | undefined
}

/**
 * Ends the access of users who have signed out, or were shut out, before their tokens expire.
 *
 * @category Signing out
 */
export interface Revocation {
  /**
   * Ends what tokens allow that were issued until then: calls with them are refused, and what they opened ends. Tokens that are issued
   * later count. Resolves with whether all instances will know: `false` where the store could not be reached. Then this process knows,
   * and writes it as soon as the store is back. Never rejects.
   */
  revoke(whom: SignedOut, options?: RevokeOptions): Promise<boolean>
  /**
   * Throws, or rejects with, `signed_out` for a caller whose token was issued in the second of the sign-out or before, or does not say
   * when. Waits for the store where this process has not seen the user before, and for no longer than one command may take.
   */
  assertInForce(caller: SignedInToken): Promise<void> | undefined
  /**
   * Calls `end` with `signed_out` when the caller is signed out, once; at once where that is known already. Asks no store. What it returns
   * ends that.
   */
  watch(caller: SignedInToken, end: (failure: OnBehalfOfError) => void): () => void
  /**
   * Until when tokens of this caller count no more, in epoch seconds, as far as this process knows. `undefined`: there is no sign-out. It
   * tells what was asked before a sign-out from what is asked after it.
   */
  cutoffOf(caller: SignedInToken): number | undefined
  /** Forgets everything, and listens to the store no more. The store is not closed. */
  close(): void
}

/** A token may count for longer than it lives by the tolerance for clocks, which is a minute at most. */
const TOLERANCE_MS = 60_000
/** By so much the clock of another instance may be ahead. */
const AHEAD_SECONDS = 60

/**
 * Keeps who is signed out: in this process, and with `shared` in all instances.
 *
 * For each user or session there is a cutoff: the second until which tokens count no more. While the store cannot be had, what this
 * process knows counts, and nobody waits for it. Throws a `TypeError` that names every issue of the options.
 *
 * @category Signing out
 * @example
 * const revocation = createRevocation({ shared, log })
 * const { protect } = onBehalfOf({ ...options, revocation })
 * const mcp = mcpRoute({ createServer, revocation })
 * await revocation.revoke({ issuer: 'https://tenant.eu.auth0.com/', subject: 'auth0|123' })
 */
export function createRevocation(options: RevocationOptions = {}): Revocation {
  assertOptions('createRevocation', OPTIONS, options)
  return new KeptRevocation(options)
}

/** The schema of a `Revocation`, for options that take one. */
export const REVOCATION_OPTION = optionValues.withFunctions(
  'a Revocation: createRevocation()',
  'revoke',
  'assertInForce',
  'watch',
  'cutoffOf',
)

class KeptRevocation implements Revocation {
  readonly #table: CutoffTable
  readonly #shared: SharedCutoffs | undefined
  readonly #watched = new WatchedCallers()
  readonly #primaryIssuers: Readonly<Record<string, string>>
  readonly #clock: Clock
  readonly #log: Logger

  constructor(options: RevocationOptions) {
    const { shared, tokenLifeSeconds = 86_400, maxEntries = 100_000 } = options
    const { clock = systemClock, timers = backgroundTimers, log = silentLog } = options
    this.#clock = clock
    this.#log = log
    this.#primaryIssuers = options.primaryIssuers ?? {}
    const lifeMs = tokenLifeSeconds * 1_000 + TOLERANCE_MS
    this.#table = new CutoffTable({ lifeMs, maxEntries, clock })
    this.#shared =
      shared &&
      new SharedCutoffs({
        ...{
          store: shared.store,
          keys: shared.keys,
          log,
          table: this.#table,
          maxEntries,
          clock,
          timers,
        },
        learn: (key, seconds) => {
          this.#learn(key, Math.min(seconds, this.#nowSeconds() + AHEAD_SECONDS))
        },
        watchedKeys: () => this.#watched.keys(),
      })
  }

  async revoke(
    { issuer, subject, sessionId }: SignedOut,
    { atSeconds, source = 'own' }: RevokeOptions = {},
  ): Promise<boolean> {
    const now = this.#nowSeconds()
    const cutoff = Math.min(Math.floor(atSeconds ?? now), now)
    const whom = { issuer: this.#primaryIssuers[issuer] ?? issuer, subject, sessionId }
    const keys = keysOfSignedOut(whom)
    for (const key of keys) this.#learn(key, cutoff)
    const written = await Promise.all(
      keys.map((key) => this.#shared?.write(key, cutoff) ?? Promise.resolve(true)),
    )
    const isShared = written.every(Boolean)
    logEvent(this.#log, isShared ? 'info' : 'warn', {
      event: 'user_signed_out',
      ...{ security: true, source, issuer, scope: sessionId === undefined ? 'user' : 'session' },
      ...{ cutoff: new Date(cutoff * 1_000).toISOString(), keys: keys.map(shownKey), isShared },
    })
    return isShared
  }

  assertInForce(caller: SignedInToken): Promise<void> | undefined {
    const keys = keysOfCaller(caller)
    const waiting = this.#shared?.lookUp(keys)
    if (waiting !== undefined) {
      return waiting.then(() => {
        this.#assertKnownInForce(caller)
      })
    }
    this.#assertKnownInForce(caller)
    return undefined
  }

  watch(caller: SignedInToken, end: (failure: OnBehalfOfError) => void): () => void {
    let unwatch: () => void = () => undefined
    const endOnce = (failure: OnBehalfOfError): void => {
      unwatch()
      end(failure)
    }
    unwatch = this.#watched.add(caller, endOnce)
    // Signed out since the token was looked at.
    const failure = this.#failureOf(caller)
    if (failure !== undefined) endOnce(failure)
    return unwatch
  }

  cutoffOf(caller: SignedInToken): number | undefined {
    const known = keysOfCaller(caller).flatMap((key) => this.#table.of(key) ?? [])
    return known.length === 0 ? undefined : Math.max(...known)
  }

  close(): void {
    this.#shared?.close()
  }

  #learn(key: string, seconds: number): void {
    const { everybody } = this.#table
    if (!this.#table.raise(key, seconds)) return
    const ended = this.#table.everybody === everybody ? [key] : this.#watched.keys()
    for (const each of ended) this.#watched.end(each, (caller) => this.#failureOf(caller))
  }

  #assertKnownInForce(caller: SignedInToken): void {
    const failure = this.#failureOf(caller)
    if (failure !== undefined) throw failure
  }

  /** The second of the sign-out may be before it or after it: then the token counts no more. */
  #failureOf(caller: SignedInToken): OnBehalfOfError | undefined {
    const { issuedAtSeconds, subject } = caller
    const isOver = (key: string): boolean => {
      const cutoff = this.#table.of(key)
      if (cutoff === undefined) return false
      return issuedAtSeconds === undefined || !(Math.floor(issuedAtSeconds) > cutoff)
    }
    const key = keysOfCaller(caller).find(isOver)
    if (key === undefined) return undefined
    const reason = issuedAtSeconds === undefined ? 'issue_time_missing' : 'issued_before_sign_out'
    const log = { key: shownKey(key), subject: identifierForLog(subject) }
    return new OnBehalfOfError('signed_out', { reason, log })
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock() / 1_000)
  }
}

/** Enough to find the lines of one user, and nothing of the user. */
function shownKey(key: string): string {
  return key.slice(2, 14)
}
