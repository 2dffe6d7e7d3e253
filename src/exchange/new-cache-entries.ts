import { OnBehalfOfError } from '../failures/errors.js'
import type { Caller } from '../identity/caller.js'
import { isDefinite, isRemembered } from './definite-refusals.js'
import type { CacheEntry, CacheOwner } from './token-cache.js'
import type { ExchangedToken, TokenExchangeRequest } from './token-exchanger.js'

/** How long entries count, in milliseconds. */
export interface EntryLives {
  /** No token counts longer. Default 1 hour. */
  readonly maxAgeMs?: number | undefined
  /** So long before it expires, a token counts no longer. Default 30 seconds. */
  readonly expiryMarginMs?: number | undefined
  /** For a definite refusal. Default 5 seconds. */
  readonly negativeTtlMs?: number | undefined
}

type TokenEntry = Extract<CacheEntry, { readonly token: unknown }>
type RefusalEntry = Extract<CacheEntry, { readonly refusal: unknown }>

/** For no longer than this a user's exchanges are held back, whatever the authorization server says. */
const MAX_HELD_MS = 300_000

/** The entry of a token: one that does not say when it expires counts not at all. */
export function tokenEntry(
  token: ExchangedToken,
  { caller }: TokenExchangeRequest,
  { maxAgeMs = 3_600_000, expiryMarginMs = 30_000, nowMs }: EntryLives & { readonly nowMs: number },
): TokenEntry {
  const owner = ownerOf(caller)
  if (token.expiresAtSeconds === undefined) return { ...owner, token, expiresAtMs: -Infinity }
  const endMs = Math.min(token.expiresAtSeconds, caller.expiresAtSeconds) * 1_000
  return { ...owner, token, expiresAtMs: Math.min(endMs - expiryMarginMs, nowMs + maxAgeMs) }
}

/** The entry of a refusal; `undefined` for one that is not remembered. */
export function refusalEntry(
  error: OnBehalfOfError,
  { caller }: TokenExchangeRequest,
  { negativeTtlMs = 5_000, nowMs }: EntryLives & { readonly nowMs: number },
): RefusalEntry | undefined {
  if (!isRemembered(error.code, error.details)) return undefined
  const { retryAfterSeconds = 0 } = isDefinite(error.code) ? {} : error.details
  const heldMs = Math.min(retryAfterSeconds * 1_000, MAX_HELD_MS)
  const ageMs = negativeTtlMs === 0 ? 0 : Math.max(negativeTtlMs, heldMs)
  const refusal = { code: error.code, details: { ...error.details, cause: undefined } }
  return { ...ownerOf(caller), refusal, expiresAtMs: nowMs + ageMs }
}

/** The same refusal. Where waiting helps, it says how much longer. */
export function repeatedRefusal(
  { refusal: { code, details }, expiresAtMs }: RefusalEntry,
  nowMs: number,
): OnBehalfOfError {
  if (details.reason !== 'throttled') return new OnBehalfOfError(code, details)
  const retryAfterSeconds = Math.ceil((expiresAtMs - nowMs) / 1_000)
  return new OnBehalfOfError(code, { ...details, retryAfterSeconds })
}

function ownerOf({ issuer, subject }: Caller): CacheOwner {
  return { issuer, subject }
}
