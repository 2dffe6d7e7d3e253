import { decodeJwt, decodeProtectedHeader, errors, type JSONWebKeySet } from 'jose'
import type { Clock } from '../time/clock.js'
import { OUTAGE_RETRY_SECONDS } from '../failures/outage-retry.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { LAST_DATE_SECONDS, type Claims } from '../identity/caller.js'
import { claimOf } from '../identity/claims.js'
import type { Issuer } from '../identity/issuer-keys.js'
import { SIGNING_ALGORITHMS } from '../identity/signing-algorithms.js'
import { otherKindOf } from '../identity/token-kind.js'
import { rejected } from './rejection.js'
import { verifiedJwt } from './verified-jwt.js'

export interface ClaimsExpectations {
  /** Whose token it may be, the one to be expected first; empty: nobody's that is known here. */
  readonly issuers: readonly Issuer[]
  /** For `nbf` alone: a token that has expired here is of no use, tolerance or not. */
  readonly clockToleranceSeconds: number
  readonly clock: Clock
}

/**
 * The claims of a returned JWT, once its kind, issuer, signature and times hold.
 *
 * Rejects with `exchange_rejected`, and with `exchange_unavailable` when the issuer's keys cannot be had.
 */
export async function verifiedClaims(
  token: string,
  expectations: ClaimsExpectations,
): Promise<Claims> {
  const { issuers } = expectations
  const claimed = claimedIssuer(token)
  const issuer = issuers.find((one) => one.issuer === claimed) ?? issuers[0]
  const header = headerOf(token, issuer)
  if (issuer === undefined) {
    throw rejected('issuer', {
      of: 'Issuer',
      expected: 'one that is configured',
      received: claimed,
    })
  }
  // Before the keys are asked: another issuer's token would be told as a bad signature.
  assertIssuer(claimed, issuer)
  const keySet = await keysOf(issuer, typeof header['kid'] === 'string' ? header['kid'] : undefined)
  const claims = await verify(token, keySet, { ...expectations, issuer, header })
  assertAccessToken(header, claims)
  assertTimes(claims, expectations.clock)
  return claims
}

type Header = Readonly<Record<string, unknown>>

function headerOf(token: string, issuer: Issuer | undefined): Header {
  let header: Header
  try {
    header = decodeProtectedHeader(token)
  } catch (cause) {
    throw badSignature(issuer, {}, cause)
  }
  const { typ } = header
  if (typ !== undefined && typeof typ !== 'string') {
    throw rejected('wrong_type', { of: 'Type', expected: 'at+jwt or JWT', received: typ })
  }
  assertAccessToken(header, {})
  return header
}

/** By every mark that the first hop knows as well. */
function assertAccessToken({ typ }: Header, claims: Claims): void {
  const type = typeof typ === 'string' ? typ : undefined
  const mark = otherKindOf({ type, claims })
  if (mark === undefined) return
  const received = mark === 'header typ' ? typ : `a token of another kind by its ${mark}`
  throw rejected('wrong_type', { of: 'Type', expected: 'at+jwt or JWT', received })
}

/** What the token says before anything is verified: good for a refusal, never for more. */
function claimedIssuer(token: string): unknown {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}

function assertIssuer(claimed: unknown, { issuer }: Issuer): void {
  if (claimed !== undefined && claimed !== issuer) {
    throw rejected('issuer', { of: 'Issuer', expected: issuer, received: claimed })
  }
}

async function keysOf(issuer: Issuer, keyId: string | undefined): Promise<JSONWebKeySet> {
  return issuer.keys(keyId).catch((cause: unknown) => {
    throw keysUnavailable(cause)
  })
}

function keysUnavailable(cause: unknown): OnBehalfOfError {
  return new OnBehalfOfError('exchange_unavailable', {
    reason: 'keys_unavailable',
    retryAfterSeconds: OUTAGE_RETRY_SECONDS,
    cause,
  })
}

async function verify(
  token: string,
  keySet: JSONWebKeySet,
  {
    issuer,
    header,
    clock,
    clockToleranceSeconds,
  }: ClaimsExpectations & { issuer: Issuer; header: Header },
): Promise<Claims> {
  try {
    return await verifiedJwt(
      token,
      { issuer, keySet },
      {
        algorithms: [...SIGNING_ALGORITHMS],
        issuer: issuer.issuer,
        requiredClaims: ['exp', 'sub', 'aud'],
        currentDate: new Date(clock()),
        clockTolerance: clockToleranceSeconds,
      },
    )
  } catch (cause) {
    if (cause instanceof errors.JWTExpired || cause instanceof errors.JWTClaimValidationFailed) {
      throw badClaim(cause, issuer, clock)
    }
    // Renewed keys that cannot be had say nothing of the signature.
    if (cause instanceof OnBehalfOfError) throw keysUnavailable(cause)
    throw badSignature(issuer, header, cause)
  }
}

function badSignature(
  issuer: Issuer | undefined,
  { alg, kid }: Header,
  cause: unknown,
): OnBehalfOfError {
  return rejected('signature', {
    of: 'Signature',
    expected: `${SIGNING_ALGORITHMS.join(', ')} by a key of ${issuer?.issuer ?? 'a known issuer'}`,
    received: { alg, kid },
    cause,
  })
}

function badClaim(
  cause: errors.JWTExpired | errors.JWTClaimValidationFailed,
  issuer: Issuer,
  clock: Clock,
): OnBehalfOfError {
  const { claim, reason, payload } = cause
  const received = payload[claim]
  const isTime = claim === 'exp' || claim === 'nbf'
  if (reason === 'invalid' || (isTime && received !== undefined && !isTimeThereIs(received))) {
    return malformedClaim(claim, received, cause)
  }
  if (claim === 'iss')
    return rejected('issuer', { of: 'Issuer', expected: issuer.issuer, received, cause })
  if (claim === 'aud')
    return rejected('audience', { of: 'Audience', expected: 'the API', received, cause })
  if (claim === 'sub')
    return rejected('subject', { of: 'Subject', expected: 'the user', received, cause })
  const name = claim === 'nbf' ? 'NotBefore' : 'Expiry'
  const expected = `${claim === 'nbf' ? 'before' : 'after'} ${Math.floor(clock() / 1_000)}`
  return rejected(claim === 'nbf' ? 'not_yet_valid' : 'expired', {
    of: name,
    expected,
    received,
    cause,
  })
}

/** `jose` looks at their types, and takes Infinity for a number. */
function assertTimes(claims: Claims, clock: Clock): void {
  for (const name of ['exp', 'nbf', 'iat']) {
    const value = claimOf(claims, name)
    if (value !== undefined && !isTimeThereIs(value)) throw malformedClaim(name, value)
  }
  const { exp } = claims
  if (typeof exp === 'number' && exp * 1_000 <= clock()) {
    const expected = `after ${Math.floor(clock() / 1_000)}`
    throw rejected('expired', { of: 'Expiry', expected, received: exp })
  }
}

function isTimeThereIs(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= LAST_DATE_SECONDS
}

/** The refusal of a claim that is there and cannot be read; the log has its name and the kind of its value. */
export function malformedClaim(name: string, value: unknown, cause?: unknown): OnBehalfOfError {
  return rejected('claim_malformed', {
    of: 'Claim',
    expected: `a well-formed ${name}, or none`,
    received: `${name} of the kind ${kindOf(value)}`,
    cause,
  })
}

function kindOf(value: unknown): string {
  if (Array.isArray(value))
    return `list of ${[...new Set(value.map(kindOf))].join(', ') || 'nothing'}`
  if (value === null) return 'null'
  return typeof value === 'number' && !Number.isFinite(value)
    ? 'number beyond all bounds'
    : typeof value
}
