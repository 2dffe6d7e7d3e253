import { decodeProtectedHeader } from 'jose'
import { z } from 'zod'
import { LOGGER_OPTION } from '../logging/logger.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { TOKEN_DEFAULTS } from '../identity/token-defaults.js'
import { systemClock, type Clock } from '../time/clock.js'
import type { Claims } from '../identity/caller.js'
import { STANDARD_CLAIMS, type ClaimProfile } from '../identity/claim-profile.js'
import { claimOf } from '../identity/claims.js'
import { MalformedClaimError } from '../identity/malformed-claim-error.js'
import { parseClientIds } from '../identity/token-claims.js'
import { silentLog, type Logger } from '../logging/logger.js'
import { assertActors, type ActorExpectations } from './exchanged-token-actors.js'
import { malformedClaim, verifiedClaims } from './exchanged-token-claims.js'
import {
  answeredScopes,
  assertScopes,
  grantedScopes,
  reportExcess,
} from './exchanged-token-scopes.js'
import { assertBinding, assertSameUser } from './exchanged-token-user.js'
import { issuersFor, type ExchangePlaces } from './exchange-place.js'
import { rejected } from './rejection.js'
import type { ExchangedToken, TokenExchanger, TokenExchangeRequest } from './token-exchanger.js'

/** What a returned token is held against. */
export interface ExchangedTokenExpectations extends ActorExpectations, ExchangePlaces {
  /** In which claims a returned token names the user and the organization. Default: `sub` and `org_id`. */
  readonly claimProfile?: Pick<ClaimProfile, 'subjectClaims' | 'organization'> | undefined
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
  if (isOpaque(exchanged, request)) return acceptOpaque(exchanged, request, expectations)
  const { clock = systemClock } = expectations
  const { clockToleranceSeconds = TOKEN_DEFAULTS.clockToleranceSeconds } = expectations
  const claims = await verifiedClaims(exchanged.token.reveal(), {
    issuers: issuersFor(request, expectations),
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

const ISSUER = optionValues.withFunctions('an Issuer, see createIssuer', 'keys', 'metadata')

const OPTIONS = optionsSchema<ExchangedTokenExpectations & { readonly exchanger: TokenExchanger }>({
  exchanger: optionValues.withFunctions('a TokenExchanger', 'exchange'),
  issuerOf: optionValues.callable,
  exchangeIssuer: ISSUER.optional(),
  apiIssuers: z.array(ISSUER, 'must be a list of issuers, see createIssuer').optional(),
  familyOf: optionValues.callable.optional(),
  claimProfile: z.looseObject({}, 'must be a ClaimProfile').optional(),
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
  assertApiAudience(claims['aud'], request, expectations.tokenAudience)
  assertSameUser(claims, request.caller, expectations.claimProfile ?? STANDARD_CLAIMS)
  assertBinding(claimOf(claims, 'cnf'), request.caller, expectations)
  const { caller, target } = request
  const acting = { claims, caller, actorCheck: target?.actorCheck }
  const delegation = assertActors(acting, expectations)
  const scopes = grantedScopes(exchanged, claims, request)
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
  const mayLack = request.target?.issuedTokenType === 'optional' && issuedTokenType === undefined
  if (!mayLack && !ISSUED_TOKEN_TYPES.has(issuedTokenType ?? '')) {
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

/** Also a JWT whose header says that its API alone can verify it. */
function isOpaque({ token }: ExchangedToken, { target }: TokenExchangeRequest): boolean {
  const text = token.reveal()
  if (text.split('.').length !== 3) return true
  const { opaqueHeader } = target ?? {}
  return opaqueHeader !== undefined && headerHas(text, opaqueHeader)
}

function headerHas(token: string, parameter: string): boolean {
  try {
    return Object.hasOwn(decodeProtectedHeader(token), parameter)
  } catch {
    return false
  }
}

function acceptOpaque(
  exchanged: ExchangedToken,
  request: TokenExchangeRequest,
  expectations: ExchangedTokenExpectations,
): ExchangedToken {
  if (expectations.dangerouslyAllowOpaqueTokens !== true) {
    const parts = exchanged.token.reveal().split('.').length
    const received =
      parts === 3
        ? 'a JWT that its API alone can verify'
        : `one that cannot be looked into (parts: ${parts})`
    throw rejected('opaque', { of: 'Token', expected: 'a signed JWT', received })
  }
  assertBinding(undefined, request.caller, expectations)
  const scopes = answeredScopes(exchanged, request)
  assertScopes(scopes, request)
  reportExcess(scopes, request, expectations.log ?? silentLog)
  return { ...exchanged, scopes }
}

function assertApiAudience(
  claim: unknown,
  { audience, target }: TokenExchangeRequest,
  tokenAudience: string,
): void {
  const named: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  const expected = target?.expectedAudiences ?? [audience]
  const [only, ...others] = expected
  const difference = {
    of: 'Audience',
    expected: others.length === 0 ? only : expected.join(' or '),
    received: claim,
  }
  if (named.includes(tokenAudience)) throw rejected('acceptable_here', difference)
  if (!named.some((one) => typeof one === 'string' && expected.includes(one))) {
    throw rejected('audience', difference)
  }
  if (named.length > 1) throw rejected('several_audiences', difference)
}
