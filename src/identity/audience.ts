import { withoutUndefined } from '../options/without-undefined.js'
import { systemClock, type Clock } from '../time/clock.js'
import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'
import type { Claims } from './claims.js'
import { identifiersForLog } from './identifier-for-log.js'
import type { UnverifiedToken } from './unverified-token.js'

type Reason = FailureReason<'token'>

const MAX_ISSUERS_LOGGED = 10

/** For whom a token has to be. */
export interface AudienceExpectations {
  /** What `aud` has to name, byte for byte. */
  readonly audience: string
  /** The configured issuers: the `/userinfo` of each is a harmless companion. */
  readonly issuers: readonly string[]
  /** Further companions that do no harm: other names of this server, places that accept no token of this kind. */
  readonly toleratedAudiences?: readonly string[] | undefined
  /** What a client has to ask for, where that is not `audience`. */
  readonly resource?: string | undefined
}

/** What a token is held against. */
export interface TokenExpectations extends AudienceExpectations {
  readonly clockToleranceSeconds: number
  readonly clock?: Clock | undefined
}

/**
 * Throws `invalid_token` unless verified claims name the audience and nobody else.
 *
 * A token that several servers accept could be carried from one to the other (RFC 9700 §2.3). Companions that are tolerated:
 * `/userinfo` of the token's issuer or of a configured one, which Auth0 adds when `openid` was asked for (also where the issuer
 * is a custom domain), and `toleratedAudiences`.
 */
export function assertAudience(claims: Claims, expectations: AudienceExpectations): void {
  const named = audiencesOf(claims)
  if (!named.includes(expectations.audience)) throw wrongAudience(named, expectations)
  const harmless = new Set<unknown>([
    expectations.audience,
    ...[claims['iss'], ...expectations.issuers].map(userinfoOf),
    ...(expectations.toleratedAudiences ?? []),
  ])
  const others = named.filter((entry) => typeof entry !== 'string' || !harmless.has(entry))
  if (others.length === 0) return
  throw new OnBehalfOfError('invalid_token', {
    reason: 'several_audiences',
    description:
      'The token is meant for several servers. Ask for one that names this server alone; the authorization server may have to be configured for that.',
    log: { otherAudiences: identifiersForLog(others), hint: SEVERAL_AUDIENCES },
  })
}

const SEVERAL_AUDIENCES =
  'Have the authorization server name this server alone in `aud`. Keycloak adds `account` by the mapper "audience resolve" of the client scope `roles`: remove it there, or from the client. If a companion accepts no such token, list it in TOLERATED_AUDIENCES (option toleratedAudiences).'

/**
 * Words the refusal of a token that did not verify, from what the token says of itself.
 *
 * The verdict is not made here. Says nothing that the token's holder does not know, and quotes nothing
 * from the token, but for its issuer in the log, bounded and scrubbed.
 */
export function describeRefusal(
  token: UnverifiedToken,
  expectations: TokenExpectations,
  cause?: unknown,
): OnBehalfOfError {
  const { issuers, audience, clockToleranceSeconds, clock = systemClock } = expectations
  const nowSeconds = clock() / 1_000
  const { exp, nbf } = token.claims
  if (token.issuer === undefined || !issuers.includes(token.issuer)) {
    return new OnBehalfOfError('invalid_token', {
      reason: 'issuer_mismatch',
      description:
        'The token comes from another authorization server than the one in the protected-resource metadata.',
      log: mismatchedIssuers(token.issuer, issuers),
      cause,
    })
  }
  const named = audiencesOf(token.claims)
  if (!named.includes(audience)) return wrongAudience(named, expectations, cause)
  if (typeof exp === 'number' && exp <= nowSeconds - clockToleranceSeconds) {
    return refused('expired', 'The access token has expired.', cause)
  }
  if (typeof nbf === 'number' && nbf > nowSeconds + clockToleranceSeconds) {
    return refused('not_yet_valid', 'The access token is not valid yet.', cause)
  }
  return refused('not_verified', undefined, cause)
}

/** For the log: who was expected, who came, and what to do where a trailing slash is all that differs. */
function mismatchedIssuers(
  received: string | undefined,
  issuers: readonly string[],
): Readonly<Record<string, unknown>> {
  const slashOnly = issuers.find((one) => received === `${one}/` || one === `${received ?? ''}/`)
  return withoutUndefined({
    expectedIssuers: issuers.slice(0, MAX_ISSUERS_LOGGED),
    receivedIssuer: scrub(received, 200) ?? 'none',
    hint:
      slashOnly === undefined
        ? undefined
        : `write the issuer ${slashOnly} ${slashOnly.endsWith('/') ? 'without' : 'with'} a trailing slash, as the tokens have it (ISSUER_BASE_URL, ADDITIONAL_ISSUERS or the option issuer)`,
  })
}

function audiencesOf(claims: Claims): readonly unknown[] {
  const { aud } = claims
  return Array.isArray(aud) ? aud : [aud]
}

function userinfoOf(issuer: unknown): string | undefined {
  return typeof issuer === 'string' ? `${issuer.replace(/\/$/, '')}/userinfo` : undefined
}

function wrongAudience(
  named: readonly unknown[],
  { audience, resource = audience }: AudienceExpectations,
  cause?: unknown,
): OnBehalfOfError {
  if (named.every((entry) => entry === undefined || entry === null || entry === '')) {
    return new OnBehalfOfError('invalid_token', {
      reason: 'audience_missing',
      description: `The token names no audience (aud), so it is bound to no server. The authorization server has to be configured to write ${audience} into the tokens for this server; asking for another token gives the same.`,
      log: { expectedAudience: audience },
      cause,
    })
  }
  const withoutSlash = audience.replace(/\/$/, '')
  const slashOnly = named.some(
    (entry) => typeof entry === 'string' && entry.replace(/\/$/, '') === withoutSlash,
  )
  return new OnBehalfOfError('invalid_token', {
    reason: 'audience_mismatch',
    description: slashOnly
      ? `The token's audience differs from this server's by a trailing slash. Its audience has to be exactly ${audience} (the API identifier at the authorization server and this server's AUTH0_AUDIENCE, or TOKEN_AUDIENCE, have to be the same).`
      : `The token is meant for another server. Ask for one with resource (or audience) ${resource}.`,
    log: {
      expectedAudience: audience,
      receivedAudiences: identifiersForLog(named),
      hint: slashOnly
        ? SLASH_ONLY
        : `The client has to ask for a token for ${resource}. ${OTHER_AUD}`,
    },
    cause,
  })
}

const SLASH_ONLY =
  'Write the identifier of this server at the authorization server and here with the same slash at the end (TOKEN_AUDIENCE or, without it, AUTH0_AUDIENCE; options tokenAudience and resource).'
const OTHER_AUD =
  'If it did, and the authorization server writes another aud for this server, set TOKEN_AUDIENCE (option tokenAudience) to that aud.'

function refused(reason: Reason, description?: string, cause?: unknown): OnBehalfOfError {
  return new OnBehalfOfError('invalid_token', { reason, description, cause })
}
