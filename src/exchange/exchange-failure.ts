import type { Clock } from '../time/clock.js'
import { OnBehalfOfError, type FailureCode } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'
import { hintFor } from './exchange-hints.js'

/** A token endpoint's refusal, as it came over the wire. */
export interface ExchangeRefusal {
  readonly status: number
  /** The `error` member (RFC 6749 §5.2), if the body was JSON and had one. */
  readonly error?: string | undefined
  readonly errorDescription?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  /** The `error` of a `WWW-Authenticate: Bearer` or `DPoP` challenge. */
  readonly challengeError?: string | undefined
}

export interface SubjectAge {
  readonly issuedAtSeconds?: number | undefined
  readonly clock: Clock
}

/** The only errors that speak of the subject token alone. `invalid_request` speaks of our request as a whole. */
const SUBJECT_AT_FAULT = new Set(['invalid_grant', 'invalid_token'])
/** RFC 6749 §4.1.2.1 knows them from redirects; some servers send them with 400 from here too. */
const PASSING = new Set(['server_error', 'temporarily_unavailable'])
const SCOPE_AT_FAULT = new Set(['invalid_scope', 'insufficient_scope'])
const USER_WANTED: Readonly<Record<string, FailureCode>> = {
  consent_required: 'consent_required',
  interaction_required: 'consent_required',
  mfa_required: 'mfa_required',
  login_required: 'reauthentication_required',
}

/** Any 5xx: another try may find the server well again, and several users who meet it make an outage. */
const BROKEN = { retryable: true, outage: 'perhaps_one' } as const

/** Signing in again cannot mend what a token younger than this did not. */
const FRESH_SECONDS = 30

/**
 * Decides what a refused exchange means: HTTP status first, `error` second, the text never.
 *
 * Where the subject token is refused (`invalid_grant`, `invalid_token`), the answer is `reauthentication_required`,
 * unless the token is fresh from a sign-in: then another one would only loop, and the fault is ours
 * (`exchange_misconfigured`). A challenge decides only where the body has no `error`. `invalid_request` and everything
 * that fits nowhere is `exchange_misconfigured`: signing in again does not change our request. Only
 * `exchange_unavailable` says when to come back.
 */
export function exchangeFailure(refusal: ExchangeRefusal, subject: SubjectAge): OnBehalfOfError {
  const code = classify(refusal)
  const settled =
    code === 'reauthentication_required' && isFresh(subject) ? 'exchange_misconfigured' : code
  const oauthError = scrub(refusal.error, 80)
  return new OnBehalfOfError(settled, {
    reason: refusal.status === 429 ? 'rate_limited' : 'unexpected_status',
    status: refusal.status,
    oauthError,
    ...(refusal.status >= 500 ? BROKEN : {}),
    // Rate-limit headers come with every answer; waiting helps with nothing else.
    ...(settled === 'exchange_unavailable' && refusal.retryAfterSeconds !== undefined
      ? { retryAfterSeconds: refusal.retryAfterSeconds }
      : {}),
    log: {
      error: oauthError,
      errorDescription: scrub(refusal.errorDescription, 300),
      challengeError: scrub(refusal.challengeError, 80),
      hint: hintFor(settled, refusal.error),
    },
  })
}

function classify({ status, error = '', challengeError }: ExchangeRefusal): FailureCode {
  if (status === 429 || status >= 500) return 'exchange_unavailable'
  if (status < 400) return 'exchange_misconfigured'
  const wanted = Object.hasOwn(USER_WANTED, error) ? USER_WANTED[error] : undefined
  if (wanted !== undefined) return wanted
  if (PASSING.has(error)) return 'exchange_unavailable'
  if (SCOPE_AT_FAULT.has(error)) return 'downstream_scope_denied'
  // The body is the token endpoint's own word; a challenge beside it may come from whatever stands in front.
  const subjectRefused = SUBJECT_AT_FAULT.has(error === '' ? (challengeError ?? '') : error)
  // 403 is about what the client or user may do, whatever `error` says; 404 and the like are about us.
  return subjectRefused && (status === 400 || status === 401)
    ? 'reauthentication_required'
    : 'exchange_misconfigured'
}

function isFresh({ issuedAtSeconds, clock }: SubjectAge): boolean {
  return issuedAtSeconds !== undefined && clock() / 1_000 - issuedAtSeconds < FRESH_SECONDS
}
