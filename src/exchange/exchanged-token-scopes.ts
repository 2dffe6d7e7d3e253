import { OnBehalfOfError } from '../failures/errors.js'
import type { Claims } from '../identity/caller.js'
import { STANDARD_CLAIMS, type ClaimProfile } from '../identity/claim-profile.js'
import { parseScopes } from '../identity/token-claims.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { isIdentityScope, missingScopes, withoutPrefix } from '../scopes.js'
import { scrub } from '../logging/scrub.js'
import { hintFor } from './exchange-failure.js'
import type { ResolvedTarget } from './exchange-target.js'
import type { ExchangedToken, TokenExchangeRequest } from './token-exchanger.js'

/**
 * What the API will see: the token's own claim, without the prefix of the API. Only where the token has no such claim does
 * the answer's `scope` count; without both, nothing was granted: an Auth0 token with nothing granted has no claim.
 *
 * The answer never counts where scopes have other names on the wire than in tokens.
 */
export function grantedScopes(
  exchanged: ExchangedToken,
  claims: Claims,
  { target }: Pick<TokenExchangeRequest, 'target'> = {},
): readonly string[] {
  const inToken = parseScopes(claims, scopeClaims(target))
  const granted = inToken ?? (isRenamed(target) ? [] : exchanged.scopes) ?? []
  return withoutPrefix(granted, target?.scopePrefix)
}

/** What an answer says of a token that cannot be looked into; what was asked for where it says nothing. */
export function answeredScopes(
  { scopes }: ExchangedToken,
  { scopes: asked, target }: TokenExchangeRequest,
): readonly string[] {
  return scopes === undefined ? asked : withoutPrefix(scopes, target?.scopePrefix)
}

function scopeClaims(target: ResolvedTarget | undefined): Pick<ClaimProfile, 'scopes'> {
  const { scopeClaim } = target ?? {}
  return scopeClaim === undefined ? STANDARD_CLAIMS : { scopes: [scopeClaim] }
}

function isRenamed(target: ResolvedTarget | undefined): boolean {
  return (
    target !== undefined &&
    (target.scopePrefix !== undefined ||
      target.scopeRequest === 'default' ||
      target.scopeCase === 'ignored')
  )
}

/**
 * Throws `downstream_scope_denied` where less scope was granted than asked for. Where everything was asked for, a token has to
 * have what the tool declares, and at least one scope.
 */
export function assertScopes(granted: readonly string[], request: TokenExchangeRequest): void {
  const missing = missingAtApi(request.scopes, granted, request)
  if (missing.length > 0) throw scopeDenied(missing, granted, request)
  if (request.target?.scopeRequest === 'default' && granted.length === 0) {
    throw scopeDenied(['any scope'], granted, request)
  }
}

function missingAtApi(
  required: readonly string[],
  granted: readonly string[],
  { target }: Pick<TokenExchangeRequest, 'target'>,
): readonly string[] {
  if (target?.scopeCase !== 'ignored') return missingScopes(required, granted)
  const have = new Set(granted.map((scope) => scope.toLowerCase()))
  return required.filter((scope) => !have.has(scope.toLowerCase()))
}

function scopeDenied(
  missing: readonly string[],
  granted: readonly string[],
  { scopes: asked }: TokenExchangeRequest,
): OnBehalfOfError {
  return new OnBehalfOfError('downstream_scope_denied', {
    reason: 'scope_narrowed',
    description: `The signed-in user was not granted ${missing.join(' ')} at the API, which this tool needs. An administrator has to grant that permission to the user (and to this server's client); trying again does not help.`,
    log: {
      asked,
      granted: scrub(granted.join(' '), 300),
      hint: hintFor('downstream_scope_denied', undefined),
    },
  })
}

const MORE_THAN_ASKED =
  "Have the authorization server grant what is asked for and no more: take default scopes of the API from this server's client."
/** RFC 6749 §3.3: without a scope, an authorization server grants its default, which may be all there is. */
const NOTHING_ASKED =
  "The tool needs no scope, so none was asked for, and the authorization server granted its default. Give the tool a small scope of the API to ask for, such as by scopes in the document's curation, or have the authorization server grant nothing by default."

/**
 * Says in the log that a token may do more than was asked for. It is used all the same: the API decides by it, and RFC 6749
 * §3.3 lets the server grant another scope. Sign-in scopes (`profile`, `email`) grant nothing at an API and do not count.
 */
export function reportExcess(
  granted: readonly string[],
  request: TokenExchangeRequest,
  log: Logger,
): void {
  const { audience, scopes, caller, target } = request
  // Everything was asked for.
  if (target?.scopeRequest === 'default') return
  const excess = missingAtApi(granted, scopes, request).filter((scope) => !isIdentityScope(scope))
  if (excess.length === 0) return
  logEvent(log, 'warn', {
    event: 'exchange_scope_exceeded',
    audience,
    asked: scopes,
    excess: scrub(excess.join(' '), 300),
    subject: scrub(caller.subject, 300),
    hint: scopes.length === 0 ? NOTHING_ASKED : MORE_THAN_ASKED,
  })
}
