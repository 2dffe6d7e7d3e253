import type { FailureCode } from '../failures/failure-codes.js'
import type { FailureReason } from '../failures/failure-reasons.js'

/** Why a cache gave what was asked for, or did not. */
export const CACHE_RESULTS = [
  'hit',
  /** A refusal was kept, and is the answer again. */
  'refusal',
  /** Nothing was kept, or it was forgotten. */
  'absent',
  'expired',
  /** What is kept must not be the answer: the API has refused it. */
  'replaced',
  /** The entry is another user's. It must never happen. */
  'other_owner',
  'store_failed',
] as const

/** What a look into a cache came to: one of `CACHE_RESULTS`. */
export type CacheResult = (typeof CACHE_RESULTS)[number]

/** One look into a cache of tokens. */
export interface CacheLookup {
  readonly cache: 'verified_tokens' | 'exchanged_tokens'
  readonly result: CacheResult
}

/** One request to a token endpoint. */
export interface TokenRequestEnded {
  readonly outcome: 'ok' | FailureCode
  readonly reason: FailureReason | undefined
  readonly durationMs: number
}

/** How the wait for a turn ended: with the turn, with a refusal, or because nobody waits any more. */
export type WaitOutcome = 'turn' | 'refused' | 'left'

/** A user's wait for a turn, also one of no length. */
export interface TurnWaited {
  /** For an exchange, or for a call of an API. */
  readonly queue: 'exchange' | 'api'
  readonly outcome: WaitOutcome
  readonly durationMs: number
}

/** Whether exchanges at one authorization server are held back, for all users together. */
export interface ExchangeGuardState {
  /** One that the configuration names. */
  readonly issuer: string
  /** Until an exchange has succeeded. */
  readonly breakerOpen: boolean
  /** Epoch milliseconds; in the past where nothing pauses. */
  readonly pausedUntilMs: number
}

/** What is asked of a shared store. */
export const STORE_OPERATIONS = ['get', 'set', 'delete', 'run', 'publish'] as const

/** `failed`: it was asked, and has not done it in time. `skipped`: it could not be had, and was not asked. */
export const STORE_OUTCOMES = ['ok', 'failed', 'skipped'] as const

/** One thing that was asked of a shared store. */
export interface StoreUsed {
  readonly operation: (typeof STORE_OPERATIONS)[number]
  readonly outcome: (typeof STORE_OUTCOMES)[number]
}

/** Whether a shared store can be had. */
export interface StoreState {
  readonly available: boolean
  /** It answers, and does not do all that it is asked for: it is full, or its user lacks a permission. */
  readonly refuses: boolean
}

/** What became of what was sent to an endpoint for sign-outs; the others say what is wrong with it. */
export const SIGN_OUT_OUTCOMES = [
  'applied',
  'ignored',
  'not_shared',
  'unavailable',
  'repeated',
  'request',
  'sender',
  'malformed',
  'type',
  'algorithm',
  'issuer',
  'signature',
  'audience',
  'expired',
  'time',
  'id',
  'events',
  'nonce',
  'subject',
] as const

/** Something was sent to an endpoint for sign-outs. */
export interface SignOutReceived {
  readonly source: 'backchannel_logout' | 'shared_signals'
  readonly outcome: (typeof SIGN_OUT_OUTCOMES)[number]
}

/**
 * Sees what happens inside of verification, exchange and calls of APIs, and belongs to no single request.
 *
 * @category Observing
 */
export interface PipelineObserver {
  /** A token was looked for in a cache. */
  readonly cacheLookedUp?: ((event: CacheLookup) => void) | undefined
  /** A token endpoint has answered, or has not. */
  readonly tokenRequestEnded?: ((event: TokenRequestEnded) => void) | undefined
  /** A wait is over, also one of no length. */
  readonly turnWaited?: ((event: TurnWaited) => void) | undefined
  /** When exchanges at an authorization server begin, and with each change. */
  readonly exchangeGuardChanged?: ((state: ExchangeGuardState) => void) | undefined
  /** Something was asked of the shared store, or would have been. */
  readonly storeUsed?: ((event: StoreUsed) => void) | undefined
  /** At the beginning, and with each change. */
  readonly storeChanged?: ((state: StoreState) => void) | undefined
  /** A logout token or a security event was sent to this server. */
  readonly signOutReceived?: ((event: SignOutReceived) => void) | undefined
}
