import { systemClock, type Clock } from '../clock.js'
import { OnBehalfOfError } from '../errors.js'
import { scrub } from '../scrub.js'
import type { Claims } from './caller.js'
import type { UnverifiedToken } from './unverified-token.js'

const MAX_ISSUERS_LOGGED = 10

export interface TokenExpectations {
  readonly issuers: readonly string[]
  readonly audience: string
  readonly clockToleranceSeconds: number
  readonly clock?: Clock
}

/**
 * Throws `invalid_token` unless verified claims name `audience` and nobody else.
 *
 * The one companion that is tolerated is the issuer's own `/userinfo`, which Auth0 adds when `openid` was
 * asked for. A token that several servers accept could be carried from one to the other (RFC 9700 §2.3).
 */
export function assertAudience(claims: Claims, audience: string): void {
  const named = audiencesOf(claims)
  if (!named.includes(audience)) throw refused('audience_mismatch', wrongAudience(audience))
  const companions = named.filter((entry) => entry !== audience)
  if (companions.some((entry) => !isUserinfoOf(entry, claims['iss']))) {
    throw refused(
      'several_audiences',
      'The token is meant for several servers. Ask for one that names this server alone.',
    )
  }
}

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
      ...(cause === undefined ? {} : { cause }),
    })
  }
  const named = audiencesOf(token.claims)
  if (!named.includes(audience)) {
    return refused('audience_mismatch', wrongAudience(audience, named), cause)
  }
  if (typeof exp === 'number' && exp < nowSeconds - clockToleranceSeconds) {
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
  return {
    expectedIssuers: issuers.slice(0, MAX_ISSUERS_LOGGED),
    receivedIssuer: scrub(received, 200) ?? 'none',
    ...(slashOnly === undefined
      ? {}
      : {
          cure: `write the issuer ${slashOnly} ${slashOnly.endsWith('/') ? 'without' : 'with'} a trailing slash, as the tokens have it (ISSUER_BASE_URL, ADDITIONAL_ISSUERS or the option issuer)`,
        }),
  }
}

function audiencesOf(claims: Claims): readonly unknown[] {
  const { aud } = claims
  return Array.isArray(aud) ? aud : [aud]
}

function isUserinfoOf(audience: unknown, issuer: unknown): boolean {
  return typeof issuer === 'string' && audience === `${issuer.replace(/\/$/, '')}/userinfo`
}

function wrongAudience(audience: string, named: readonly unknown[] = []): string {
  const withoutSlash = audience.replace(/\/$/, '')
  const slashOnly = named.some(
    (entry) => typeof entry === 'string' && entry.replace(/\/$/, '') === withoutSlash,
  )
  return slashOnly
    ? `The token's audience differs from this server's by a trailing slash. Its audience has to be exactly ${audience} (the API identifier at the authorization server and this server's AUTH0_AUDIENCE have to be the same).`
    : `The token is meant for another server. Ask for one with resource (or audience) ${audience}.`
}

function refused(reason: string, description?: string, cause?: unknown): OnBehalfOfError {
  return new OnBehalfOfError('invalid_token', {
    reason,
    ...(description === undefined ? {} : { description }),
    ...(cause === undefined ? {} : { cause }),
  })
}
