import { LOOPS, MISCONFIGURED, SIGN_IN, type RefusalRow } from './refusal-row.js'

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
