import type { FailureCode, FailureReason } from '../../../src/failures/errors.js'

/** Put where an authorization server puts words: they may reach the log, and nobody else. */
export const FOREIGN = 'FOREIGN words of the authorization server'

/** One way in which a token endpoint refuses, and what that is here. */
export interface Refusal {
  readonly when: string
  readonly status: number
  readonly code: FailureCode
  readonly error?: string
  readonly headers?: Readonly<Record<string, string>>
  /** In place of the usual JSON body. */
  readonly body?: string
}

const BASIC = { 'WWW-Authenticate': `Basic realm="${FOREIGN}"` }
const bearer = (error: string) => ({
  'WWW-Authenticate': `Bearer realm="oauth", error="${error}", error_description="${FOREIGN}"`,
})

/** As Auth0 answers On-Behalf-Of and Custom Token Exchange. */
export const AUTH0: readonly Refusal[] = [
  {
    when: 'the subject token is bad',
    status: 401,
    error: 'invalid_grant',
    code: 'reauthentication_required',
  },
  {
    when: 'the subject token is bad, by another name',
    status: 401,
    error: 'invalid_token',
    code: 'reauthentication_required',
  },
  {
    when: 'an action refuses the subject token',
    status: 400,
    error: 'invalid_request',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the secret is wrong',
    status: 401,
    error: 'access_denied',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the secret is wrong, as the standard has it',
    status: 401,
    error: 'invalid_client',
    headers: BASIC,
    code: 'exchange_misconfigured',
  },
  {
    when: 'the client may not exchange',
    status: 403,
    error: 'unauthorized_client',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the client has no grant for the API',
    status: 403,
    error: 'access_denied',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the grant type is off',
    status: 403,
    error: 'unsupported_grant_type',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the user is not in the organization',
    status: 403,
    error: 'invalid_request',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the audience is unknown',
    status: 403,
    error: 'invalid_target',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the user has none of the scopes',
    status: 403,
    error: 'invalid_scope',
    code: 'downstream_scope_denied',
  },
  { when: 'consent is needed', status: 403, error: 'consent_required', code: 'consent_required' },
  { when: 'a second factor is needed', status: 403, error: 'mfa_required', code: 'mfa_required' },
  {
    when: 'a DPoP nonce is wanted',
    status: 400,
    error: 'use_dpop_nonce',
    headers: { 'DPoP-Nonce': 'n0nce' },
    code: 'exchange_misconfigured',
  },
]

/** As RFC 6749 §5.2 and RFC 8693 §2.2.2 have it, and as servers stray from them. */
export const STANDARD: readonly Refusal[] = [
  {
    when: 'the grant is invalid',
    status: 400,
    error: 'invalid_grant',
    code: 'reauthentication_required',
  },
  {
    when: 'the request is invalid',
    status: 400,
    error: 'invalid_request',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the token is bad, by a challenge alone',
    status: 401,
    headers: bearer('invalid_token'),
    body: '',
    code: 'reauthentication_required',
  },
  {
    when: 'the client is unknown',
    status: 400,
    error: 'invalid_client',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the client is unknown, with a Basic challenge',
    status: 401,
    error: 'invalid_client',
    headers: BASIC,
    code: 'exchange_misconfigured',
  },
  {
    when: 'the client is unknown, with a Basic challenge alone',
    status: 401,
    headers: BASIC,
    body: '',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the client is blamed, with a Bearer challenge',
    status: 401,
    error: 'invalid_client',
    headers: bearer('invalid_token'),
    code: 'exchange_misconfigured',
  },
  {
    when: 'the client may not',
    status: 400,
    error: 'unauthorized_client',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the grant type is unknown',
    status: 400,
    error: 'unsupported_grant_type',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the target is unacceptable',
    status: 400,
    error: 'invalid_target',
    code: 'exchange_misconfigured',
  },
  {
    when: 'the scope is unacceptable',
    status: 400,
    error: 'invalid_scope',
    code: 'downstream_scope_denied',
  },
  {
    when: 'the user is wanted',
    status: 400,
    error: 'interaction_required',
    code: 'consent_required',
  },
  {
    when: 'a sign-in is wanted',
    status: 400,
    error: 'login_required',
    code: 'reauthentication_required',
  },
  { when: 'an error has no name', status: 400, body: '{}', code: 'exchange_misconfigured' },
  {
    when: 'an error has a name that nobody knows',
    status: 400,
    error: 'not_today',
    code: 'exchange_misconfigured',
  },
  {
    when: 'a refusal comes as HTML',
    status: 403,
    body: `<html>${FOREIGN}`,
    headers: { 'Content-Type': 'text/html' },
    code: 'exchange_misconfigured',
  },
  {
    when: 'there is no such endpoint',
    status: 404,
    error: 'invalid_grant',
    code: 'exchange_misconfigured',
  },
  {
    when: 'success is not 200',
    status: 201,
    body: `{"access_token":"${FOREIGN}"}`,
    code: 'exchange_misconfigured',
  },
  { when: 'success has no body', status: 204, body: '', code: 'exchange_misconfigured' },
]

/** Answers that blame nobody: try again later. */
export const PASSING: readonly (Refusal & {
  readonly tries: number
  readonly reason: FailureReason
})[] = [
  ...[500, 502, 503, 504, 599].map((status) => ({
    when: 'the server fails',
    ...{ status, error: 'server_error', tries: 2 },
    ...({ reason: 'unexpected_status', code: 'exchange_unavailable' } as const),
  })),
  {
    when: 'the server fails and blames the token',
    status: 500,
    error: 'invalid_grant',
    tries: 2,
    reason: 'unexpected_status',
    code: 'exchange_unavailable',
  },
  {
    when: 'a proxy says so in HTML',
    status: 502,
    body: `<html>${FOREIGN}`,
    tries: 2,
    reason: 'unexpected_status',
    code: 'exchange_unavailable',
  },
  {
    when: 'HTML comes with 200',
    status: 200,
    body: `<html>${FOREIGN}`,
    headers: { 'Content-Type': 'text/html' },
    tries: 1,
    reason: 'nonsense',
    code: 'exchange_unavailable',
  },
  {
    when: 'the JSON is cut short',
    status: 200,
    body: '{"access_token":"ey',
    tries: 1,
    reason: 'nonsense',
    code: 'exchange_unavailable',
  },
  {
    when: 'the body is empty',
    status: 200,
    body: '',
    tries: 1,
    reason: 'nonsense',
    code: 'exchange_unavailable',
  },
  {
    when: 'the JSON is no object',
    status: 200,
    body: '["Bearer"]',
    tries: 1,
    reason: 'nonsense',
    code: 'exchange_unavailable',
  },
  {
    when: 'the JSON has an error and 200',
    status: 200,
    error: 'invalid_grant',
    tries: 1,
    reason: 'nonsense',
    code: 'exchange_unavailable',
  },
  {
    when: 'the lifetime is a word',
    status: 200,
    body: '{"access_token":"x","token_type":"Bearer","expires_in":"soon"}',
    tries: 1,
    reason: 'nonsense',
    code: 'exchange_unavailable',
  },
]
