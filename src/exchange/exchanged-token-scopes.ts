import { OnBehalfOfError } from '../failures/errors.js'
import type { Claims } from '../identity/caller.js'
import { parseScopes } from '../identity/token-claims.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { isIdentityScope, missingScopes } from '../scopes.js'
import { scrub } from '../logging/scrub.js'
import { hintFor } from './exchange-failure.js'
import type { ExchangedToken, TokenExchangeRequest } from './token-exchanger.js'

/**
 * What the API will see: the token's own claim. Only where the token has no such claim does the answer's
 * `scope` count; without both, nothing was granted: an Auth0 token with nothing granted has no claim.
 */
export function grantedScopes(exchanged: ExchangedToken, claims: Claims): readonly string[] {
  return parseScopes(claims) ?? exchanged.scopes ?? []
}

/** Throws `downstream_scope_denied` where less scope was granted than asked for. */
export function assertScopes(granted: readonly string[], request: TokenExchangeRequest): void {
  const missing = missingScopes(request.scopes, granted)
  if (missing.length === 0) return
  throw new OnBehalfOfError('downstream_scope_denied', {
    reason: 'scope_narrowed',
    description: `The signed-in user was not granted ${missing.join(' ')} at the API, which this tool needs. An administrator has to grant that permission to the user (and to this server's client); trying again does not help.`,
    log: {
      asked: request.scopes,
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
  { audience, scopes, caller }: TokenExchangeRequest,
  log: Logger,
): void {
  const excess = missingScopes(granted, scopes).filter((scope) => !isIdentityScope(scope))
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
