import { z } from 'zod'
import { OnBehalfOfError } from '../failures/errors.js'
import type { Caller } from '../identity/caller.js'
import { logEvent } from '../logging/log-event.js'
import { LOGGER_OPTION, silentLog, type Logger } from '../logging/logger.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { backgroundTimers, systemClock, type Clock, type Timers } from '../time/clock.js'
import { CutoffTable } from './cutoff-table.js'
import { SharedCutoffs, type CutoffStore } from './shared-cutoffs.js'
import { keysOfCaller, keysOfSignedOut, type SignedIn, type SignedOut } from './signed-out.js'
import { WatchedCallers } from './watched-callers.js'

/** How `createRevocation` keeps who is signed out. */
export interface RevocationOptions {
  /** Shared by all instances: `createRedisStore`. Default: this process alone knows. */
  readonly store?: CutoffStore | undefined
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
  store: optionValues.withFunctions('a Store', 'get', 'run', 'publish', 'subscribe').optional(),
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
  assertInForce(caller: SignedIn): Promise<void> | undefined
  /** Calls `end` when the caller is signed out, once. What it returns ends that. */
  watch(caller: Caller, end: () => void): () => void
  /** Forgets everything, and listens to the store no more. The store is not closed. */
  close(): void
}

/** A token may count for longer than it lives by the tolerance for clocks, which is a minute at most. */
const TOLERANCE_MS = 60_000
/** By so much the clock of another instance may be ahead. */
const AHEAD_SECONDS = 60

/**
 * Keeps who is signed out: in this process, and with a `store` in all instances.
 *
 * For each user or session there is a cutoff: the second until which tokens count no more. While the store cannot be had, what this
 * process knows counts, and nobody waits for it. Throws a `TypeError` that names every issue of the options.
 *
 * @category Signing out
 * @example
 * const revocation = createRevocation({ store, log })
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
)

class KeptRevocation implements Revocation {
  readonly #table: CutoffTable
  readonly #shared: SharedCutoffs | undefined
  readonly #watched = new WatchedCallers()
  readonly #primaryIssuers: Readonly<Record<string, string>>
  readonly #clock: Clock
  readonly #log: Logger

  constructor(options: RevocationOptions) {
    const { store, tokenLifeSeconds = 86_400, maxEntries = 100_000 } = options
    const { clock = systemClock, timers = backgroundTimers, log = silentLog } = options
    this.#clock = clock
    this.#log = log
    this.#primaryIssuers = options.primaryIssuers ?? {}
    const lifeMs = tokenLifeSeconds * 1_000 + TOLERANCE_MS
    this.#table = new CutoffTable({ lifeMs, maxEntries, clock })
    this.#shared =
      store &&
      new SharedCutoffs({
        ...{ store, table: this.#table, maxEntries, clock, timers },
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

  assertInForce(caller: SignedIn): Promise<void> | undefined {
    const keys = keysOfCaller(caller)
    const waiting = this.#shared?.lookUp(keys)
    if (waiting !== undefined) {
      return waiting.then(() => {
        this.#assertAllInForce(caller, keys)
      })
    }
    this.#assertAllInForce(caller, keys)
    return undefined
  }

  watch(caller: Caller, end: () => void): () => void {
    let unwatch: () => void = () => undefined
    const endOnce = (): void => {
      unwatch()
      end()
    }
    unwatch = this.#watched.add(caller, endOnce)
    // Signed out since the token was looked at.
    if (keysOfCaller(caller).some((key) => this.#isOver(caller, this.#table.of(key)))) endOnce()
    return unwatch
  }

  close(): void {
    this.#shared?.close()
  }

  #learn(key: string, seconds: number): void {
    const { everybody } = this.#table
    if (!this.#table.raise(key, seconds)) return
    const ended = this.#table.everybody === everybody ? [key] : this.#watched.keys()
    for (const each of ended) {
      this.#watched.end(each, (caller) => this.#isOver(caller, this.#table.of(each)))
    }
  }

  #assertAllInForce(caller: SignedIn, keys: readonly string[]): void {
    for (const key of keys) {
      if (!this.#isOver(caller, this.#table.of(key))) continue
      const { issuedAtSeconds } = caller
      const reason = issuedAtSeconds === undefined ? 'issue_time_missing' : 'issued_before_sign_out'
      throw new OnBehalfOfError('signed_out', { reason, log: { key: shownKey(key) } })
    }
  }

  /** The second of the sign-out may be before it or after it: then the token counts no more. */
  #isOver({ issuedAtSeconds }: SignedIn, cutoff: number | undefined): boolean {
    if (cutoff === undefined) return false
    return issuedAtSeconds === undefined || !(Math.floor(issuedAtSeconds) > cutoff)
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock() / 1_000)
  }
}

/** Enough to find the lines of one user, and nothing of the user. */
function shownKey(key: string): string {
  return key.slice(2, 14)
}
