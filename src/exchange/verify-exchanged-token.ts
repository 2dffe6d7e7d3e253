import { decodeProtectedHeader, errors, jwtVerify, type JSONWebKeySet } from 'jose'
import { systemClock, type Clock } from '../clock.js'
import { OnBehalfOfError } from '../errors.js'
import type { Claims } from '../identity/caller.js'
import { parseDelegation, type Delegation } from '../identity/delegation.js'
import { fittingKey } from '../identity/fitting-key.js'
import type { Issuer } from '../identity/issuer-keys.js'
import { SIGNING_ALGORITHMS } from '../identity/signing-algorithms.js'
import { missingScopes, parseScope } from '../scopes.js'
import { scrub } from '../scrub.js'
import { cureFor } from './exchange-cures.js'
import type { ExchangedToken, TokenExchangeRequest } from './token-exchanger.js'

/** Every reason for which a returned token is refused; each goes with the code `exchange_rejected`. */
export type RejectionReason =
  | 'token_type'
  | 'issued_token_type'
  | 'subject_token_returned'
  | 'opaque'
  | 'wrong_type'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'several_audiences'
  | 'acceptable_here'
  | 'expired'
  | 'not_yet_valid'
  | 'subject'
  | 'organization'
  | 'actor'
  | 'actor_malformed'
  | 'unbound_downgrade'

/** What a returned token is held against. */
export interface ExchangedTokenExpectations {
  /** Finds the issuer that a subject token came from: the only one whose tokens may come back. */
  readonly issuerOf: (issuer: string) => Issuer | undefined
  /** Our client at the authorization server: the outermost actor, where the token names one. */
  readonly clientId: string
  /** Our own resource identifier, which the token must not be good for. */
  readonly ownAudience: string
  /** Whether a token that names no actor is refused. Default false: not every server sends `act`. */
  readonly requireActor?: boolean
  /** Accept tokens that cannot be looked into: then nothing of them is checked but their type. */
  readonly dangerouslyAllowOpaqueTokens?: boolean
  /** Accept a plain bearer token for a subject token that is bound to its sender. */
  readonly dangerouslyAllowUnboundDowngrade?: boolean
  readonly clock?: Clock
}

export const ISSUED_TOKEN_TYPES = new Set([
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:jwt',
])

// For a server whose clock is ahead (`nbf`); a token that has expired here is of no use, tolerance or not.
const CLOCK_TOLERANCE_SECONDS = 5
const ACCESS_TOKEN_TYPES = new Set(['at+jwt', 'application/at+jwt', 'jwt'])

/**
 * Checks that a returned token is the one that was asked for, and completes what is known of it.
 *
 * Rejects with `exchange_rejected` and a `RejectionReason`, with `downstream_scope_denied` when less scope was
 * granted than asked for, and with `exchange_unavailable` when the issuer's keys cannot be had. The result's
 * expiry is the token's own `exp`, its scopes are those the API will see.
 */
export async function verifyExchangedToken(
  exchanged: ExchangedToken,
  request: TokenExchangeRequest,
  expectations: ExchangedTokenExpectations,
): Promise<ExchangedToken> {
  assertAnswerAsAsked(exchanged, request)
  if (isOpaque(exchanged)) return acceptOpaque(exchanged, request, expectations)
  const claims = await verifiedClaims(exchanged, request, expectations)
  assertAudience(claims, request.audience, expectations.ownAudience)
  assertSameUser(claims, request)
  assertBinding(claims['cnf'], request, expectations)
  const delegation = delegationOf(claims, expectations)
  const scopes = grantedScopes(exchanged, claims, request)
  assertScopes(scopes, request)
  return {
    ...exchanged,
    scopes,
    ...(typeof claims['exp'] === 'number' ? { expiresAtSeconds: claims['exp'] } : {}),
    ...(delegation === undefined ? {} : { delegation }),
  }
}

function assertAnswerAsAsked(exchanged: ExchangedToken, request: TokenExchangeRequest): void {
  const { token, tokenType, issuedTokenType } = exchanged
  if (tokenType?.toLowerCase() !== 'bearer') throw rejected('token_type', { tokenType })
  if (issuedTokenType === undefined || !ISSUED_TOKEN_TYPES.has(issuedTokenType)) {
    throw rejected('issued_token_type', { issuedTokenType })
  }
  if (token.reveal() === request.subjectToken.reveal()) throw rejected('subject_token_returned')
}

function isOpaque({ token }: ExchangedToken): boolean {
  return token.reveal().split('.').length !== 3
}

function acceptOpaque(
  exchanged: ExchangedToken,
  request: TokenExchangeRequest,
  expectations: ExchangedTokenExpectations,
): ExchangedToken {
  if (expectations.dangerouslyAllowOpaqueTokens !== true) throw rejected('opaque')
  assertBinding(undefined, request, expectations)
  const scopes = exchanged.scopes ?? request.scopes
  assertScopes(scopes, request)
  return { ...exchanged, scopes }
}

async function verifiedClaims(
  { token }: ExchangedToken,
  { caller }: TokenExchangeRequest,
  { issuerOf, clock = systemClock }: ExchangedTokenExpectations,
): Promise<Claims> {
  const { keyId, type } = headerOf(token.reveal())
  if (type !== undefined && !ACCESS_TOKEN_TYPES.has(type.toLowerCase()))
    throw rejected('wrong_type')
  const issuer = issuerOf(caller.issuer)
  const keySet = await keysOf(issuer, keyId)
  let claims: Claims
  try {
    const { payload } = await jwtVerify(token.reveal(), fittingKey(keySet, issuer), {
      algorithms: [...SIGNING_ALGORITHMS],
      issuer: caller.issuer,
      requiredClaims: ['exp', 'sub', 'aud'],
      currentDate: new Date(clock()),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    })
    claims = payload
  } catch (cause) {
    throw rejected(verificationFault(cause), {}, cause)
  }
  if (typeof claims['exp'] === 'number' && claims['exp'] * 1_000 <= clock()) {
    throw rejected('expired')
  }
  return claims
}

function headerOf(token: string): { keyId: string | undefined; type: string | undefined } {
  try {
    const { kid, typ } = decodeProtectedHeader(token)
    return {
      keyId: typeof kid === 'string' ? kid : undefined,
      type: typeof typ === 'string' ? typ : undefined,
    }
  } catch (cause) {
    throw rejected('signature', {}, cause)
  }
}

async function keysOf(
  issuer: Issuer | undefined,
  keyId: string | undefined,
): Promise<JSONWebKeySet> {
  if (issuer === undefined) throw rejected('issuer')
  return issuer.keys(keyId).catch((cause: unknown) => {
    throw new OnBehalfOfError('exchange_unavailable', {
      reason: 'keys_unavailable',
      retryAfterSeconds: 5,
      cause,
    })
  })
}

function verificationFault(error: unknown): RejectionReason {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'signature'
  if (error.claim === 'iss') return 'issuer'
  if (error.claim === 'aud') return 'audience'
  if (error.claim === 'sub') return 'subject'
  return error.claim === 'nbf' ? 'not_yet_valid' : 'expired'
}

function assertAudience(claims: Claims, audience: string, ownAudience: string): void {
  const named: readonly unknown[] = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']]
  if (named.includes(ownAudience)) throw rejected('acceptable_here', { audience: named })
  if (!named.includes(audience)) throw rejected('audience', { expected: audience, audience: named })
  if (named.length > 1) throw rejected('several_audiences', { audience: named })
}

function assertSameUser(claims: Claims, { caller }: TokenExchangeRequest): void {
  if (claims['sub'] !== caller.subject) throw rejected('subject')
  if (claims['org_id'] !== caller.organization) throw rejected('organization')
}

function assertBinding(
  confirmation: unknown,
  { caller }: TokenExchangeRequest,
  { dangerouslyAllowUnboundDowngrade }: ExchangedTokenExpectations,
): void {
  const downgraded = caller.binding !== undefined && !isBinding(confirmation)
  if (downgraded && dangerouslyAllowUnboundDowngrade !== true) throw rejected('unbound_downgrade')
}

// RFC 7800 §3.1, RFC 9449 §6.1, RFC 8705 §3.1: a SHA-256 thumbprint in base64url.
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

function isBinding(confirmation: unknown): boolean {
  if (typeof confirmation !== 'object' || confirmation === null) return false
  const members = confirmation as Readonly<Record<string, unknown>>
  return [members['jkt'], members['x5t#S256']].some(
    (thumbprint) => typeof thumbprint === 'string' && THUMBPRINT.test(thumbprint),
  )
}

function delegationOf(
  claims: Claims,
  { clientId, requireActor }: ExchangedTokenExpectations,
): Delegation | undefined {
  const delegation = parsedDelegation(claims['act'])
  if (delegation === undefined) {
    if (requireActor === true) throw rejected('actor')
    return undefined
  }
  // Auth0's agents as principals have a subject of their own and name the client beside it.
  if (delegation.actor !== clientId && delegation.actorClientId !== clientId)
    throw rejected('actor')
  return delegation
}

function parsedDelegation(act: unknown): Delegation | undefined {
  try {
    return parseDelegation(act)
  } catch (cause) {
    throw rejected('actor_malformed', {}, cause)
  }
}

/**
 * What the API will see: the token's own claim. Only where the token has no such claim does the answer's
 * `scope` count; without both, nothing was granted: an Auth0 token with nothing granted has no claim.
 */
function grantedScopes(
  exchanged: ExchangedToken,
  claims: Claims,
  request: TokenExchangeRequest,
): readonly string[] {
  if (claims['scope'] !== undefined) return parseScope(claims['scope'])
  const { scp } = claims
  if (typeof scp === 'string') return parseScope(scp)
  if (Array.isArray(scp)) return scp.filter((entry): entry is string => typeof entry === 'string')
  return exchanged.scopes ?? (request.scopes.length === 0 ? request.scopes : [])
}

function assertScopes(granted: readonly string[], request: TokenExchangeRequest): void {
  const missing = missingScopes(request.scopes, granted)
  if (missing.length === 0) return
  throw new OnBehalfOfError('downstream_scope_denied', {
    reason: 'scope_narrowed',
    description: `The signed-in user was not granted ${missing.join(' ')} at the API, which this tool needs. An administrator has to grant that permission to the user (and to this server's client); trying again does not help.`,
    log: {
      asked: request.scopes,
      granted: scrub(granted.join(' '), 300),
      cure: cureFor('downstream_scope_denied', undefined),
    },
  })
}

function rejected(
  reason: RejectionReason,
  seen: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): OnBehalfOfError {
  return new OnBehalfOfError('exchange_rejected', {
    reason,
    log: Object.fromEntries(
      Object.entries(seen).map(([name, value]) => [name, scrub(JSON.stringify(value), 300)]),
    ),
    ...(cause === undefined ? {} : { cause }),
  })
}
