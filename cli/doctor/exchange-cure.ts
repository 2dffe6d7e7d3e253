import type { Config } from '../../src/config.js'
import type { FailureCode, OnBehalfOfError } from '../../src/errors.js'

/** What an operator does about a failed exchange, naming the settings of this deployment. */
export function cureOf({ code, details }: OnBehalfOfError, config: Config): string {
  const known = details.log?.['cure']
  if (typeof known === 'string') return known
  const { reason = '' } = details
  if (code === 'exchange_rejected') return REJECTIONS[reason] ?? REJECTED
  if (code === 'reauthentication_required') {
    return `The authorization server does not take the user's token. Auth0 On-Behalf-Of: resource_server_identifier of the client ${config.exchange.clientId} has to be ${config.resource.identifier}; Custom Token Exchange: see the Action's log. Else sign in again.`
  }
  return BY_CODE[code] ?? 'Look into the log of the authorization server at this time.'
}

const BY_CODE: Partial<Record<FailureCode, string>> = {
  exchange_unavailable:
    "Try again; if it stays, check this machine's way to the token endpoint, EXCHANGE_TIMEOUT_MS, and the rate limits of the tenant (EXCHANGE_RATE_PER_SECOND).",
  delegation_refused: 'Check DELEGATION_MAX_DEPTH and DELEGATION_ALLOWED_ACTORS.',
  exchange_misconfigured:
    'Auth0 speaks https alone: set ISSUER_BASE_URL to the https issuer, or EXCHANGE_CLIENT=rfc8693; check the key of the client.',
}

const REJECTED =
  'The authorization server gave something else than was asked for. Check what its hooks (Auth0: post-login Actions) make of tokens for this API.'

const REJECTIONS: Readonly<Record<string, string>> = {
  signature:
    "Auth0: set Signing Algorithm of the API to RS256; a token signed with HS256 cannot be checked with the issuer's public keys.",
  opaque:
    'Have the authorization server issue JWTs for this API. Auth0: API_AUTH0_AUDIENCE has to be the identifier of an API of the tenant, and no token encryption set on it.',
  issuer:
    'The token came back in the name of another issuer. Set AUTH0_DOMAIN or ISSUER_BASE_URL to the domain that stands in it.',
  audience: 'Check API_AUTH0_AUDIENCE: the token came back for another API.',
  several_audiences: 'Have the authorization server issue tokens for this API alone.',
  acceptable_here:
    'The token for the API is good for this server too. Give the API an identifier of its own.',
  actor:
    'The token names another actor than MCP_AUTH0_CLIENT_ID, or none while EXCHANGE_REQUIRE_ACTOR is true. Custom Token Exchange names none unless the Action sets one.',
  subject:
    'The token came back for another user. Custom Token Exchange: correct setUserById of the Action.',
  organization: 'The token came back for another organization than the one the user signed in to.',
  expired: "Check this machine's clock, and the token lifetime of the API.",
  not_yet_valid: "Check this machine's clock (NTP).",
  unbound_downgrade:
    "The user's token is bound to its sender, and the one for the API is not. Turn sender constraining off for this server, or see DANGEROUSLY_ALLOW_UNBOUND_DOWNGRADE.",
}
