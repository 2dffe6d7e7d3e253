import type { FailureCode } from '../../../src/failures/errors.js'

/** One refusal of a token endpoint, and what is made of it. */
export interface RefusalRow {
  readonly when: string
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly code: FailureCode
  /** The HTTP status of the answer to the MCP client; 200 is a tool error. Default 200. */
  readonly answered?: number
  /** Words of the hint for the operator; absent where there is none. */
  readonly hint?: string
  /** The code where the user's token is fresh from a sign-in, if it is another one. */
  readonly fresh?: FailureCode
  readonly retryAfterSeconds?: number
}

const DENIED = 'access_denied'
const SIGN_IN = { code: 'reauthentication_required', answered: 401 } as const
const MISCONFIGURED = { code: 'exchange_misconfigured' } as const

export const CLAIMS = '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}'

/** A body as Entra writes it, with the text that nobody may read. */
function entra(
  error: string,
  number: number,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    error,
    error_description: `AADSTS${number}: words of Entra. Trace ID: 1. Correlation ID: 2.`,
    error_codes: [number],
    timestamp: '2026-11-26 12:00:00Z',
    trace_id: '0b9b4b2e-6ea2-4f5b-9a4e-5f1a1c7d0a00',
    correlation_id: '5b4a1f0e-3d1b-4c29-8f5e-0a9d2f7c1b22',
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    ...more,
  }
}

const LOOPS = { fresh: 'exchange_misconfigured' } as const

const ASSERTION: readonly RefusalRow[] = [
  [50013, 'the assertion is bad'],
  [500133, 'the assertion is outside its validity'],
  [50173, 'the grant was revoked'],
  [50057, 'the user is disabled'],
].map(([number, when]) => ({
  ...{ when: `${when} (${number})`, status: 400, ...SIGN_IN, ...LOOPS },
  body: entra('invalid_grant', number as number),
}))

const MFA: readonly RefusalRow[] = [50072, 50074, 50076, 50078, 50079].flatMap((number) => [
  {
    ...{ when: `a second factor is wanted, as documented (${number})`, status: 400 },
    body: entra('interaction_required', number, { claims: CLAIMS }),
    ...({ code: 'mfa_required', answered: 401, hint: 'Conditional Access' } as const),
  },
  {
    ...{ when: `a second factor is wanted, as observed (${number})`, status: 400 },
    body: entra('invalid_grant', number, { suberror: 'basic_action', claims: CLAIMS }),
    ...({ code: 'mfa_required', answered: 401, hint: 'Conditional Access' } as const),
  },
  {
    ...{ when: `a second factor is wanted, without claims (${number})`, status: 400 },
    body: entra('invalid_grant', number),
    ...({ code: 'mfa_required', hint: 'Conditional Access' } as const),
  },
])

const POLICY: readonly RefusalRow[] = [53000, 53001, 53002, 53003, 530032].flatMap((number) => [
  {
    ...{ when: `Conditional Access refuses, with claims (${number})`, status: 400 },
    body: entra('interaction_required', number, { claims: CLAIMS }),
    ...({ code: DENIED, answered: 401, hint: 'Sign-in logs' } as const),
  },
  {
    ...{ when: `Conditional Access refuses, with a suberror and claims (${number})`, status: 400 },
    body: entra('invalid_grant', number, { suberror: 'message_only', claims: CLAIMS }),
    ...({ code: DENIED, answered: 401, hint: 'Sign-in logs' } as const),
  },
  {
    ...{ when: `Conditional Access refuses, without claims (${number})`, status: 400 },
    body: entra('interaction_required', number),
    ...({ code: DENIED, hint: 'Sign-in logs' } as const),
  },
  {
    ...{ when: `Conditional Access refuses, as an invalid grant (${number})`, status: 400 },
    body: entra('invalid_grant', number),
    ...({ code: DENIED, hint: 'Sign-in logs' } as const),
  },
])

const CONSENT: readonly RefusalRow[] = [65001, 65004, 90094].flatMap((number) => [
  {
    ...{ when: `consent is missing, as observed (${number})`, status: 400 },
    body: entra('invalid_grant', number, { suberror: 'consent_required' }),
    ...({ code: 'consent_required', hint: 'Grant admin consent' } as const),
  },
  {
    ...{ when: `consent is missing, as documented (${number})`, status: 400 },
    body: entra('interaction_required', number),
    ...({ code: 'consent_required', hint: 'Grant admin consent' } as const),
  },
])

const SET_UP: readonly RefusalRow[] = [
  ...[650057, 500011, 50001].map((number) => ['invalid_resource', number, 400, 'scopes'] as const),
  ...[65005, 500011].map((number) => ['invalid_grant', number, 400, 'scopes'] as const),
  ...[70011, 28002, 700022].map((number) => ['invalid_scope', number, 400, 'scopes'] as const),
  ['invalid_client', 650057, 401, 'API permissions'] as const,
  ...[700016, 70001, 7000112].map(
    (number) => ['unauthorized_client', number, 400, 'tenant'] as const,
  ),
  ...[7000215, 7000222, 700027, 7000218].map(
    (number) => ['invalid_client', number, 401, 'Certificates & secrets'] as const,
  ),
  ['invalid_grant', 240002, 400, 'ID token'] as const,
  ['invalid_grant', 7000114, 400, 'app-only'] as const,
  ['invalid_request', 9001023, 400, 'tenant by its id'] as const,
  ['invalid_request', 900382, 400, 'one cloud'] as const,
  ['invalid_request', 900432, 400, 'one cloud'] as const,
].map(([error, number, status, hint]) => ({
  ...{ when: `the set-up is at fault (${error}, ${number})`, status, hint, ...MISCONFIGURED },
  body: entra(error, number),
}))

/** A1: Microsoft Entra ID, on behalf of. */
export const ENTRA_ROWS: readonly RefusalRow[] = [
  ...ASSERTION,
  ...MFA,
  ...POLICY,
  ...CONSENT,
  ...SET_UP,
  {
    ...{ when: 'the user is not assigned to the app', status: 400 },
    body: entra('invalid_grant', 50105),
    ...({ code: DENIED, hint: 'Users and groups' } as const),
  },
  {
    ...{ when: 'the user is not assigned to the app, as an interaction', status: 400 },
    body: entra('interaction_required', 50105),
    ...({ code: DENIED, hint: 'Users and groups' } as const),
  },
  {
    ...{ when: 'the password has expired', status: 400, ...SIGN_IN, ...LOOPS },
    body: entra('invalid_grant', 50055, { suberror: 'user_password_expired' }),
  },
  {
    ...{ when: 'a device has to be registered', status: 400 },
    body: entra('invalid_grant', 1, { suberror: 'additional_action', claims: CLAIMS }),
    ...({ code: DENIED, answered: 401, hint: 'Sign-in logs' } as const),
  },
  {
    ...{ when: 'a user is wanted, for a reason nobody knows', status: 400 },
    body: entra('interaction_required', 1),
    ...({ code: 'mfa_required', hint: 'second factor' } as const),
  },
  ...[400, 429].flatMap((status) =>
    [50196, 90055].map((number) => ({
      ...{ when: `Entra holds the client back (${number}, ${status})`, status },
      body: entra('invalid_grant', number),
      ...({ code: 'exchange_unavailable', hint: 'cached', retryAfterSeconds: 60 } as const),
    })),
  ),
  ...[90006, 90033, 90090].map((number) => ({
    ...{ when: `Entra is out of order (${number})`, status: 503 },
    body: entra('temporarily_unavailable', number),
    code: 'exchange_unavailable' as const,
  })),
  {
    ...{ when: 'Entra is out of order, as a 400', status: 400 },
    body: entra('temporarily_unavailable', 90033),
    ...({ code: 'exchange_unavailable', hint: 'errorCodes' } as const),
  },
]

const text = (error: string, error_description: string) => ({ error, error_description })

/** A2: Keycloak's standard token exchange. */
export const KEYCLOAK_ROWS: readonly RefusalRow[] = [
  {
    ...{ when: 'the subject token is dead', status: 400, ...SIGN_IN, ...LOOPS },
    body: text('invalid_request', 'Invalid token'),
  },
  {
    ...{ when: 'the audience is not available', status: 400, ...MISCONFIGURED },
    body: text('invalid_request', 'Requested audience not available: api'),
    hint: 'Audience mapper',
  },
  {
    ...{ when: 'the subject token is of another type', status: 400, ...MISCONFIGURED },
    body: text('invalid_request', "Parameter 'subject_token' supports access tokens only"),
    hint: 'Standard token exchange',
  },
  {
    ...{ when: 'the type that is asked for is unsupported', status: 400, ...MISCONFIGURED },
    body: text('invalid_request', 'requested_token_type unsupported'),
    hint: 'errorDescription',
  },
  {
    ...{ when: 'the exchange is off for the client', status: 400, ...MISCONFIGURED },
    body: text(
      'invalid_request',
      'Standard token exchange is not enabled for the requested client',
    ),
    hint: 'Capability config',
  },
  {
    ...{ when: 'the subject token is bound', status: 400, ...MISCONFIGURED },
    body: text('invalid_request', 'DPoP proof is missing'),
    hint: 'DPoP',
  },
  {
    ...{ when: 'the subject token is bound to another client', status: 400, ...MISCONFIGURED },
    body: text(
      'invalid_request',
      'Sender-constrained token exchange rejected as the token was not issued for the requesting client',
    ),
    hint: 'DPoP',
  },
  {
    ...{ when: 'the client is not in aud', status: 403, ...MISCONFIGURED },
    body: text('access_denied', 'Client is not within the token audience'),
    hint: 'aud',
  },
  {
    ...{ when: 'the audience is unknown', status: 400, ...MISCONFIGURED },
    body: text('invalid_client', 'Audience not found'),
    hint: 'API_AUTH0_AUDIENCE',
  },
  {
    ...{ when: 'the client of the API is off', status: 400, ...MISCONFIGURED },
    body: text('invalid_client', 'Client disabled'),
    hint: 'is off',
  },
  {
    ...{ when: 'our client is public', status: 400, ...MISCONFIGURED },
    body: text('invalid_client', 'Public client is not allowed to exchange token'),
    hint: 'public',
  },
  {
    ...{ when: 'the scope is not assigned', status: 400, code: 'downstream_scope_denied' },
    body: text('invalid_scope', 'Invalid scopes: read:private'),
    hint: 'Client scopes',
  },
  {
    ...{ when: 'consent is missing', status: 400, code: 'consent_required' },
    body: text('invalid_scope', 'Missing consents for Token Exchange in client mcp'),
    hint: 'Consent required',
  },
]

/** A3: an Okta custom authorization server. */
export const OKTA_ROWS: readonly RefusalRow[] = [
  {
    ...{ when: 'the audience is not the one (token_exchange_invalid_audience)', status: 400 },
    ...{ body: text('invalid_target', 'words'), ...MISCONFIGURED, hint: 'byte for byte' },
  },
  {
    ...{ when: 'the server is not trusted (associated_server_not_trusted)', status: 403 },
    ...{ body: text('access_denied', 'words'), ...MISCONFIGURED, hint: 'Trusted servers' },
  },
  ...[
    'the server is not trusted, as observed',
    'the subject token is bad (invalid_subject_token)',
    'the session has ended (token_exchange_session_expired)',
    'the user is inactive (token_exchange_user_inactive)',
    'the user is not assigned (token_exchange_user_not_assigned)',
    'the client is of the wrong type (on_behalf_invalid_client_type)',
    'the chain of actors is too long (act_claim_depth)',
  ].map((when) => ({
    ...{ when, status: 400, ...SIGN_IN, ...LOOPS },
    body: text('invalid_request', "'subject_token' is invalid."),
  })),
  {
    ...{ when: 'the subject token has expired', status: 400, ...SIGN_IN, ...LOOPS },
    body: text('invalid_grant', 'words'),
  },
  {
    ...{ when: 'no policy fits (no_matching_policy)', status: 401 },
    ...{ body: text('access_denied', 'words'), ...MISCONFIGURED, hint: 'Access Policies' },
  },
  {
    ...{ when: 'the policy allows no scope (no_scope_allowed)', status: 400 },
    ...{ body: text('access_denied', 'words'), ...MISCONFIGURED, hint: 'Access Policies' },
  },
  ...['no_matching_scope', 'openid_not_allowed_token_exchange'].map((internal) => ({
    ...{ when: `the scope is not one (${internal})`, status: 400 },
    ...{ body: text('invalid_scope', 'words'), hint: 'Scopes' },
    code: 'downstream_scope_denied' as const,
  })),
  {
    ...{ when: 'consent is missing', status: 400, code: 'consent_required' },
    ...{ body: text('consent_required', 'words'), hint: 'Implicit' },
  },
  {
    ...{ when: 'the user asks too often (user_rate_limited)', status: 429 },
    ...{ body: text('invalid_grant', 'words'), code: 'exchange_unavailable' },
  },
  ...['invalid_dpop_proof', 'use_dpop_nonce'].map((error) => ({
    ...{ when: `the app wants DPoP (${error})`, status: 400, ...MISCONFIGURED },
    ...{ body: text(error, 'words'), hint: 'Proof of possession' },
  })),
  ...['unauthorized_client', 'unsupported_grant_type'].map((error) => ({
    ...{ when: `the grant is off (${error})`, status: 400, ...MISCONFIGURED },
    ...{ body: text(error, 'words'), hint: 'Token Exchange' },
  })),
  {
    ...{ when: 'the secret is wrong', status: 401, ...MISCONFIGURED },
    ...{ body: text('invalid_client', 'words'), hint: 'Client Credentials' },
  },
]
