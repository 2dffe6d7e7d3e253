import { withoutUndefined } from '../options/without-undefined.js'
import type { Clock } from '../time/clock.js'
import { OnBehalfOfError, type FailureCode } from '../failures/errors.js'
import { scrub, scrubIdentifier } from '../logging/scrub.js'
import type { ExchangeRefusal, RefusalReader } from './refusal-reader.js'

export interface SubjectAge {
  readonly issuedAtSeconds?: number | undefined
  readonly clock: Clock
}

/** The only errors that speak of the subject token alone. `invalid_request` speaks of our request as a whole. */
const SUBJECT_AT_FAULT = new Set(['invalid_grant', 'invalid_token'])
/** RFC 6749 §4.1.2.1 knows them from redirects; some servers send them with 400 from here too. */
const PASSING = new Set(['server_error', 'temporarily_unavailable'])
const SCOPE_AT_FAULT = new Set(['invalid_scope', 'insufficient_scope'])
const USER_WANTED: Readonly<Record<string, FailureCode>> = {
  consent_required: 'consent_required',
  interaction_required: 'consent_required',
  mfa_required: 'mfa_required',
  login_required: 'reauthentication_required',
}

/** Any 5xx: another try may find the server well again, and several users who meet it make an outage. */
const BROKEN = { retryable: true, outage: 'perhaps_one' } as const

/** Signing in again cannot mend what a token younger than this did not. */
const FRESH_SECONDS = 30

/**
 * Decides what a refused exchange means: as `read` says, else by the HTTP status, then by `error`, never by the text.
 *
 * `read` knows the refusals of one authorization server. It is not asked about a 5xx, nor about what is no refusal.
 *
 * A refused subject token (`invalid_grant`, `invalid_token`) is `reauthentication_required`, or
 * `exchange_misconfigured` when the token is fresh from a sign-in. A challenge counts only without an `error` in the
 * body. Every other refusal is `exchange_misconfigured`.
 */
export function exchangeFailure(
  refusal: ExchangeRefusal,
  subject: SubjectAge,
  read?: RefusalReader,
): OnBehalfOfError {
  const { status } = refusal
  const verdict = status >= 400 && status < 500 ? read?.(refusal) : undefined
  const code = verdict?.code ?? classifyRefusal(refusal)
  // A sign-in with other claims is another sign-in.
  const inVain = verdict?.claims === undefined && isFresh(subject)
  const settled = code === 'reauthentication_required' && inVain ? 'exchange_misconfigured' : code
  const oauthError = scrub(refusal.error, 80)
  return new OnBehalfOfError(settled, {
    reason: verdict?.reason ?? (status === 429 ? 'rate_limited' : 'unexpected_status'),
    status,
    oauthError,
    ...(status >= 500 ? BROKEN : {}),
    // Rate-limit headers come with every answer; waiting helps with nothing else.
    ...withoutUndefined({
      claims: verdict?.claims,
      description: verdict?.description,
      retryAfterSeconds:
        settled === 'exchange_unavailable'
          ? (verdict?.retryAfterSeconds ?? refusal.retryAfterSeconds)
          : undefined,
    }),
    log: {
      ...wordsOf(refusal),
      hint:
        settled === 'reauthentication_required'
          ? undefined
          : (verdict?.hint ?? hintFor(settled, refusal.error)),
    },
  })
}

/** The server's own words, for the log. */
function wordsOf(refusal: ExchangeRefusal): Readonly<Record<string, unknown>> {
  return {
    error: scrub(refusal.error, 80),
    errorDescription: scrub(refusal.errorDescription, 300),
    challengeError: scrub(refusal.challengeError, 80),
    ...withoutUndefined({
      suberror: scrub(refusal.suberror, 80),
      errorCodes: refusal.errorCodes,
      traceId: scrubIdentifier(refusal.traceId, 80),
      correlationId: scrubIdentifier(refusal.correlationId, 80),
      claims: scrub(refusal.claims, 300),
    }),
  }
}

/** What a refusal means by the RFCs. */
export function classifyRefusal({
  status,
  error = '',
  challengeError,
}: ExchangeRefusal): FailureCode {
  if (status === 429 || status >= 500) return 'exchange_unavailable'
  if (status < 400) return 'exchange_misconfigured'
  const wanted = Object.hasOwn(USER_WANTED, error) ? USER_WANTED[error] : undefined
  if (wanted !== undefined) return wanted
  if (PASSING.has(error)) return 'exchange_unavailable'
  if (SCOPE_AT_FAULT.has(error)) return 'downstream_scope_denied'
  // The body is the token endpoint's own word; a challenge beside it may come from a proxy in front.
  const subjectRefused = SUBJECT_AT_FAULT.has(error === '' ? (challengeError ?? '') : error)
  // 403 is about what the client or user may do, whatever `error` says; 404 and the like are about us.
  return subjectRefused && (status === 400 || status === 401)
    ? 'reauthentication_required'
    : 'exchange_misconfigured'
}

function isFresh({ issuedAtSeconds, clock }: SubjectAge): boolean {
  return issuedAtSeconds !== undefined && clock() / 1_000 - issuedAtSeconds < FRESH_SECONDS
}

/** What an operator does about a refusal, by its code and the authorization server's `error`. */
const HINTS: Partial<Record<FailureCode, Readonly<Record<string, string>>>> = {
  exchange_misconfigured: {
    invalid_client:
      'Check MCP_AUTH0_CLIENT_ID and the secret or key of that client: the authorization server does not accept them.',
    invalid_target:
      'Check API_AUTH0_AUDIENCE: it has to be the identifier of the API at the authorization server, byte for byte, a trailing slash included.',
    unauthorized_client:
      'Allow the client to exchange tokens. Auth0 On-Behalf-Of: app_type resource_server, resource_server_identifier equal to AUTH0_AUDIENCE, token_exchange.allow_any_profile_of_type with on_behalf_of_token_exchange, and a client grant to the API with subject_type user.',
    access_denied:
      'Check, in this order: the secret of the client (on status 401); the client grant to the API with subject_type user and the scopes the tools ask for; API_AUTH0_AUDIENCE, a trailing slash included; whether a post-login Action denies.',
    invalid_request:
      "The authorization server does not accept the request as this server makes it, whoever the user is. Check API_AUTH0_AUDIENCE, the scopes the tools ask for, and errorDescription. Keycloak: the audience has to be the client id of the API, available to this server's client by a client scope, and the subject token's aud has to name this server's client. Auth0: the delegation chain may be too long, or an Action of a custom profile has refused the token.",
    invalid_grant:
      'The authorization server refuses a token that is fresh from a sign-in, so another sign-in would only loop. Check that the client may exchange tokens of this server: at Auth0, resource_server_identifier has to equal AUTH0_AUDIENCE.',
    invalid_resource:
      'Check API_AUTH0_AUDIENCE: the authorization server knows no such API, or does not let this client ask for it.',
    unsupported_token_type:
      'The authorization server does not exchange tokens of this type. Check MCP_AUTH0_SUBJECT_TOKEN_TYPE, and whether token exchange (RFC 8693) of access tokens is enabled for this client.',
    unsupported_grant_type:
      'Enable token exchange (RFC 8693) at the authorization server and for this client.',
    '': 'Look up the status and error of this line in the documentation of the authorization server, and the log of the tenant at the same time.',
  },
  downstream_scope_denied: {
    '': "Give the user a role with the API's permission, and the client grant of this server's client that scope. With RBAC on the API, both are needed.",
  },
  consent_required: {
    '': 'Auth0: set skip_consent_for_verifiable_first_party_clients to true on the API; nobody can give consent inside a token exchange.',
  },
  mfa_required: {
    '': 'Exempt token exchanges from MFA in the post-login Action (event.transaction.protocol is oauth2-token-exchange): nobody can answer inside one.',
  },
}

/** The hint for the log line of a refusal; `undefined` where waiting or signing in helps. */
export function hintFor(code: FailureCode, error: string | undefined): string | undefined {
  const hints = HINTS[code]
  if (hints === undefined) return undefined
  return error !== undefined && Object.hasOwn(hints, error) ? hints[error] : hints['']
}
