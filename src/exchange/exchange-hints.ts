import type { FailureCode } from '../failures/errors.js'

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
