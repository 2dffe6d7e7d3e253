import type { Config } from '../../src/config/config.js'
import type { FailureCode, OnBehalfOfError } from '../../src/failures/errors.js'

/** What an operator does about a failed exchange, naming the settings of this deployment. */
export function hintOf({ code, details }: OnBehalfOfError, config: Config): string {
  const known = details.log?.['hint']
  if (typeof known === 'string') return known
  if (code === 'exchange_rejected') return REJECTED
  if (code === 'reauthentication_required') {
    return `The authorization server does not take the user's token. Auth0 On-Behalf-Of: resource_server_identifier of the client ${config.exchange.clientId} has to be ${config.resource.resource}; Custom Token Exchange: see the Action's log. Else sign in again.`
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
