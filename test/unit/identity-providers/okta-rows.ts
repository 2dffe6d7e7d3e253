import { LOOPS, MISCONFIGURED, SIGN_IN, type RefusalRow } from './refusal-row.js'

const text = (error: string, error_description: string) => ({ error, error_description })

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
