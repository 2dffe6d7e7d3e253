import { LOGGER_OPTION } from '../logging/logger.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { TOKEN_DEFAULTS } from '../identity/token-defaults.js'
import { systemClock, type Clock } from '../time/clock.js'
import type { Caller, Claims } from '../identity/caller.js'
import { claimOf } from '../identity/claims.js'
import type { Issuer } from '../identity/issuer-keys.js'
import { MalformedClaimError } from '../identity/malformed-claim-error.js'
import { parseClientIds, parseOrganization } from '../identity/token-claims.js'
import { silentLog, type Logger } from '../logging/logger.js'
import { assertActors, type ActorExpectations } from './exchanged-token-actors.js'
import { malformedClaim, verifiedClaims } from './exchanged-token-claims.js'
import { assertScopes, grantedScopes, reportExcess } from './exchanged-token-scopes.js'
import { rejected } from './rejection.js'
import type { ExchangedToken, TokenExchanger, TokenExchangeRequest } from './token-exchanger.js'

/** What a returned token is held against. */
export interface ExchangedTokenExpectations extends ActorExpectations {
  /** Finds the issuer that a subject token came from: the only one whose tokens may come back. */
  readonly issuerOf: (issuer: string) => Issuer | undefined
  /** Where all exchanges take place and whose tokens come back, in place of the subject token's issuer. */
  readonly exchangeIssuer?: Issuer | undefined
  /** The audience of the tokens for this server, which the returned token must not be good for. */
  readonly tokenAudience: string
  /** Accept opaque tokens. Then only their type is checked. */
  readonly dangerouslyAllowOpaqueTokens?: boolean | undefined
  /** Accept a plain bearer token for a subject token that is bound to its sender. */
  readonly dangerouslyAllowUnboundDowngrade?: boolean | undefined
  /** Allowed clock difference for `nbf`, in seconds. Default 5. */
  readonly clockToleranceSeconds?: number | undefined
  readonly clock?: Clock | undefined
  /** Told of a token that may do more than was asked for (`exchange_scope_exceeded`). Default: none. */
  readonly log?: Logger | undefined
}

export const ISSUED_TOKEN_TYPES = new Set([
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:jwt',
])

/**
 * Checks that a returned token is the one that was asked for; resolves with the token's own expiry and scopes.
 *
 * Rejects with `exchange_rejected` and a `RejectionReason` (a malformed claim included), with
 * `downstream_scope_denied` for less scope than asked for, and with `exchange_unavailable` when the issuer's keys are
 * not available. More scope than asked for is logged.
 *
 * @category Token exchange
 */
export async function verifyExchangedToken(
  exchanged: ExchangedToken,
  request: TokenExchangeRequest,
  expectations: ExchangedTokenExpectations,
): Promise<ExchangedToken> {
  assertAnswerAsAsked(exchanged, request)
  if (isOpaque(exchanged)) return acceptOpaque(exchanged, request, expectations)
  const { issuerOf, exchangeIssuer, clock = systemClock } = expectations
  const { clockToleranceSeconds = TOKEN_DEFAULTS.clockToleranceSeconds } = expectations
  const claims = await verifiedClaims(exchanged.token.reveal(), {
    issuer: exchangeIssuer ?? issuerOf(request.caller.issuer),
    clockToleranceSeconds,
    clock,
  })
  const known = readClaims(claims, () =>
    checkedClaims(exchanged, claims, { request, expectations }),
  )
  reportExcess(known.scopes ?? [], request, expectations.log ?? silentLog)
  return { ...exchanged, ...known }
}

/** The options that say how strict the checks of exchanged tokens alone are. */
export const STRICTNESS_SHAPE = {
  actor: optionValues.text('the name of this server in act.sub').optional(),
  requireActor: optionValues.flag.optional(),
  dangerouslyAllowOpaqueTokens: optionValues.flag.optional(),
  dangerouslyAllowUnboundDowngrade: optionValues.flag.optional(),
}

/** Those, and what holds on both hops. */
export const CHECKS_SHAPE = {
  ...STRICTNESS_SHAPE,
  maxDepth: optionValues.whole.optional(),
  clockToleranceSeconds: optionValues.toleranceSeconds.optional(),
}

const OPTIONS = optionsSchema<ExchangedTokenExpectations & { readonly exchanger: TokenExchanger }>({
  exchanger: optionValues.withFunctions('a TokenExchanger', 'exchange'),
  issuerOf: optionValues.callable,
  exchangeIssuer: optionValues
    .withFunctions('an Issuer, see createIssuer', 'keys', 'metadata')
    .optional(),
  clientId: optionValues.text("our client's id at the authorization server"),
  tokenAudience: optionValues.text("this server's own audience"),
  ...CHECKS_SHAPE,
  clock: optionValues.callable.optional(),
  log: LOGGER_OPTION.optional(),
})

/**
 * Puts `verifyExchangedToken` behind an exchanger, with the same port: returns no token that fails its checks.
 *
 * @category Token exchange
 */
export function createVerifyingExchanger(
  exchanger: TokenExchanger,
  expectations: ExchangedTokenExpectations,
): TokenExchanger {
  assertOptions('createVerifyingExchanger', OPTIONS, { ...expectations, exchanger })
  return {
    sendsClaims: exchanger.sendsClaims,
    exchange: async (request, options) =>
      verifyExchangedToken(await exchanger.exchange(request, options), request, expectations),
  }
}

interface Checking {
  readonly request: TokenExchangeRequest
  readonly expectations: ExchangedTokenExpectations
}

function checkedClaims(
  exchanged: ExchangedToken,
  claims: Claims,
  { request, expectations }: Checking,
): Partial<ExchangedToken> {
  // Also where nothing depends on it: a claim that cannot be read is no claim that is not there.
  parseClientIds(claims)
  assertApiAudience(claims['aud'], request.audience, expectations.tokenAudience)
  assertSameUser(claims, request.caller)
  assertBinding(claimOf(claims, 'cnf'), request.caller, expectations)
  const delegation = assertActors(claims, request.caller, expectations)
  const scopes = grantedScopes(exchanged, claims)
  assertScopes(scopes, request)
  return {
    scopes,
    expiresAtSeconds:
      typeof claims['exp'] === 'number' ? claims['exp'] : exchanged.expiresAtSeconds,
    delegation,
  }
}

function readClaims<T>(claims: Claims, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof MalformedClaimError)) throw error
    throw malformedClaim(error.claim, claims[error.claim], error)
  }
}

function assertAnswerAsAsked(exchanged: ExchangedToken, request: TokenExchangeRequest): void {
  const { token, tokenType, issuedTokenType } = exchanged
  if (tokenType?.toLowerCase() !== 'bearer') {
    throw rejected('token_type', { of: 'TokenType', expected: 'Bearer', received: tokenType })
  }
  if (issuedTokenType === undefined || !ISSUED_TOKEN_TYPES.has(issuedTokenType)) {
    const expected = [...ISSUED_TOKEN_TYPES].join(' or ')
    throw rejected('issued_token_type', {
      of: 'IssuedTokenType',
      expected,
      received: issuedTokenType,
    })
  }
  if (token.reveal() === request.subjectToken.reveal()) {
    const received = "the user's own token"
    throw rejected('subject_token_returned', { of: 'Token', expected: 'another token', received })
  }
}

function isOpaque({ token }: ExchangedToken): boolean {
  return token.reveal().split('.').length !== 3
}

function acceptOpaque(
  exchanged: ExchangedToken,
  request: TokenExchangeRequest,
  expectations: ExchangedTokenExpectations,
): ExchangedToken {
  if (expectations.dangerouslyAllowOpaqueTokens !== true) {
    const parts = exchanged.token.reveal().split('.').length
    const received = `one that cannot be looked into (parts: ${parts})`
    throw rejected('opaque', { of: 'Token', expected: 'a signed JWT', received })
  }
  assertBinding(undefined, request.caller, expectations)
  const scopes = exchanged.scopes ?? request.scopes
  assertScopes(scopes, request)
  reportExcess(scopes, request, expectations.log ?? silentLog)
  return { ...exchanged, scopes }
}

function assertApiAudience(claim: unknown, audience: string, tokenAudience: string): void {
  const named: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  const difference = { of: 'Audience', expected: audience, received: claim }
  if (named.includes(tokenAudience)) throw rejected('acceptable_here', difference)
  if (!named.includes(audience)) throw rejected('audience', difference)
  if (named.length > 1) throw rejected('several_audiences', difference)
}

function assertSameUser(claims: Claims, caller: Caller): void {
  const subject = claims['sub']
  if (subject !== caller.subject) {
    throw rejected('subject', { of: 'Subject', expected: caller.subject, received: subject })
  }
  const organization = parseOrganization(claims)
  if (organization !== caller.organization) {
    const expected = caller.organization
    throw rejected('organization', { of: 'Organization', expected, received: organization })
  }
}

/**
 * The call of the API presents no proof of possession: a bound token (RFC 7800) cannot be used by us, and would be used as
 * plain one where the API does not look. Whose key it is bound to does not matter.
 */
function assertBinding(
  confirmation: unknown,
  { binding }: Caller,
  { dangerouslyAllowUnboundDowngrade }: ExchangedTokenExpectations,
): void {
  if (confirmation !== undefined) {
    throw rejected('bound_token', {
      of: 'Binding',
      expected: 'none',
      received: methodsOf(confirmation),
    })
  }
  if (binding !== undefined && dangerouslyAllowUnboundDowngrade !== true) {
    throw rejected('unbound_downgrade', { of: 'Binding', expected: binding, received: undefined })
  }
}

/** The names of the confirmation methods alone: a thumbprint tells one device of a user from another. */
function methodsOf(confirmation: unknown): string {
  if (typeof confirmation !== 'object' || confirmation === null) return typeof confirmation
  return Object.keys(confirmation).join(', ') || 'a cnf without a method'
}
