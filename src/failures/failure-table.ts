import type { ChallengeError } from './challenge.js'
import type { FailureCode } from './failure-codes.js'

/** How severe a log line is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** What the MCP client, the log and the metrics get for one failure code. */
export interface FailureRule {
  /** When it occurs, for the documentation. */
  readonly when: string
  /**
   * `http`: the request is answered with `status` before the MCP SDK sees it.
   * `tool`: the MCP client gets a tool result with `isError` (HTTP 200), written for a model.
   */
  readonly respondAs: 'http' | 'tool'
  /** The HTTP status where the failure is answered as HTTP; for a tool error 200, or what a request gets whose tool cannot answer. */
  readonly status: number
  /** `plain`: a challenge without an error code (RFC 6750 §3.1). `none`: no `WWW-Authenticate`. */
  readonly challenge: ChallengeError | 'plain' | 'none'
  readonly logLevel: LogLevel
  /** Whether the log line is marked for security monitoring. */
  readonly security: boolean
  /** What the client reads unless the failure carries a description of its own. */
  readonly text: string
  /** Whether `details.description` may replace `text`. Off where a client must not learn details. */
  readonly exposeDescription: boolean
  /** Whether the answer carries the request's id, so that an operator finds the log line. */
  readonly includeReference: boolean
  /** Whether trying again later helps by itself: only then a tool error says when, if that is known. */
  readonly passes: boolean
}

const COMMON = {
  security: false,
  exposeDescription: true,
  includeReference: false,
  passes: false,
} as const
const HTTP = { ...COMMON, respondAs: 'http' } as const
/** A request that its client has to change. */
const CLIENT_FAULT = { ...HTTP, challenge: 'none', logLevel: 'info' } as const
const TOOL = { ...COMMON, respondAs: 'tool', status: 200, challenge: 'none' } as const

/**
 * The only mapping from a failure code to what the MCP client, the log and the metrics get. `answerRule` also looks at the
 * claims of a failure.
 */
export const FAILURE_TABLE: Readonly<Record<FailureCode, FailureRule>> = {
  no_credentials: {
    ...HTTP,
    when: 'no Authorization header',
    status: 401,
    challenge: 'plain',
    logLevel: 'debug',
    text: 'Sign in: this server needs an access token.',
  },
  malformed_credentials: {
    ...HTTP,
    when: 'two Authorization headers, a token in the query or body, or not `Bearer <token>`',
    status: 400,
    challenge: 'invalid_request',
    logLevel: 'info',
    text: 'Send exactly one header of the form "Authorization: Bearer <access token>".',
  },
  invalid_token: {
    ...HTTP,
    when: 'signature, issuer, audience, expiry, type, several audiences, or a machine token',
    status: 401,
    challenge: 'invalid_token',
    logLevel: 'info',
    text: 'The access token is not valid for this server.',
  },
  verifier_unavailable: {
    ...HTTP,
    when: "the issuer's metadata or keys cannot be had, or an unknown key cannot be looked up yet",
    status: 503,
    challenge: 'none',
    logLevel: 'error',
    text: 'The access token cannot be checked at the moment. Try again shortly.',
    passes: true,
  },
  insufficient_scope: {
    ...HTTP,
    when: 'the tool needs a scope that the token lacks',
    status: 403,
    challenge: 'insufficient_scope',
    logLevel: 'info',
    text: 'The access token lacks a scope that this tool needs.',
  },
  permission_denied: {
    ...HTTP,
    when: "the user's permissions do not allow the tool, so no scope would help",
    status: 403,
    challenge: 'none',
    logLevel: 'info',
    text: 'The signed-in user does not have the permission for this tool. An administrator has to grant it; then the user signs in again.',
  },
  reauthentication_required: {
    ...HTTP,
    when: 'the authorization server refuses the subject token',
    status: 401,
    challenge: 'invalid_token',
    logLevel: 'info',
    text: 'The authorization server no longer accepts this access token. Sign in again.',
  },
  downstream_scope_denied: {
    ...TOOL,
    when: 'the exchange grants less than the tool needs',
    logLevel: 'warn',
    text: 'The signed-in user may not do this: the API permission that this tool needs was not granted. An administrator has to grant it; trying again does not help.',
  },
  delegation_refused: {
    ...TOOL,
    when: 'the chain of actors is too long, or an actor in it is not allowed',
    logLevel: 'warn',
    security: true,
    text: 'This call reached the server through a chain of other services that is not allowed to act for the user. Trying again does not help.',
  },
  consent_required: {
    ...TOOL,
    when: "the authorization server wants the user's consent",
    logLevel: 'warn',
    text: 'The user has to give consent at the identity provider before this tool can be used. Trying again does not help until then.',
  },
  mfa_required: {
    ...TOOL,
    when: 'the authorization server wants a second factor',
    logLevel: 'warn',
    text: 'The identity provider wants a second factor from the user, which cannot be given inside a tool call. The user has to sign in again.',
  },
  access_denied: {
    ...TOOL,
    when: 'a policy of the identity provider shuts the user out',
    logLevel: 'warn',
    text: 'The identity provider does not let this user use the API. An administrator has to allow it; signing in again does not help.',
  },
  exchange_misconfigured: {
    ...TOOL,
    when: 'the authorization server refuses our client, grant or audience',
    logLevel: 'error',
    text: 'This server is not set up correctly to call the API for the user. An operator has to correct it; trying again does not help.',
    exposeDescription: false,
    includeReference: true,
  },
  exchange_unavailable: {
    ...TOOL,
    when: 'the token exchange timed out, was rate limited or answered 5xx',
    logLevel: 'error',
    text: 'The identity provider cannot be reached at the moment. Try again in a little while.',
    passes: true,
  },
  exchange_rejected: {
    ...TOOL,
    when: 'the returned token fails our checks',
    logLevel: 'error',
    security: true,
    text: 'The token issued for the API did not pass the safety checks, so the API was not called.',
    exposeDescription: false,
    includeReference: true,
  },
  downstream_unauthorized: {
    ...TOOL,
    when: 'the API answers 401, also to a fresh token',
    logLevel: 'error',
    text: 'The API did not accept the call made for the user. An operator has to look into it.',
    includeReference: true,
  },
  downstream_forbidden: {
    ...TOOL,
    when: 'the API answers 403',
    logLevel: 'warn',
    text: 'The API does not allow the signed-in user to do this. Trying again does not help.',
  },
  downstream_failed: {
    ...TOOL,
    when: 'the API answers another error, or something that is not what it should be',
    logLevel: 'error',
    text: 'The API could not handle the call.',
    includeReference: true,
  },
  downstream_unavailable: {
    ...TOOL,
    when: 'the API is unreachable, slow or answers 5xx or 429',
    logLevel: 'error',
    text: 'The API cannot be reached at the moment. Try again in a little while.',
    passes: true,
  },
  invalid_argument: {
    ...TOOL,
    when: 'an argument cannot be sent: it would make the call another one, or has no form in its place',
    logLevel: 'warn',
    text: 'An argument of this tool cannot be part of an address of the API. Correct it.',
  },
  invalid_request: {
    ...CLIENT_FAULT,
    when: 'the request itself is malformed (JSON, encoding)',
    status: 400,
    text: 'The request is malformed.',
  },
  method_not_allowed: {
    ...CLIENT_FAULT,
    when: 'an HTTP method that the address does not have',
    status: 405,
    text: 'This address does not answer requests with this HTTP method. The Allow header names those it answers.',
  },
  not_acceptable: {
    ...CLIENT_FAULT,
    when: 'an Accept header that allows neither JSON nor an event stream',
    status: 406,
    text: 'Send "Accept: application/json, text/event-stream": answers come in one of these forms.',
  },
  unsupported_media_type: {
    ...CLIENT_FAULT,
    when: 'a request body that does not call itself JSON',
    status: 415,
    text: 'Send the request body as JSON, with "Content-Type: application/json".',
  },
  request_forbidden: {
    ...HTTP,
    when: 'a Host or Origin header that is not on the list',
    status: 403,
    challenge: 'none',
    logLevel: 'warn',
    text: 'Requests with this Host or Origin are not accepted here.',
  },
  request_too_large: {
    ...CLIENT_FAULT,
    when: 'the body is larger than the limit',
    status: 413,
    text: 'The request body is too large.',
  },
  rate_limited: {
    ...HTTP,
    when: 'too many requests from one address or caller',
    status: 429,
    challenge: 'none',
    logLevel: 'warn',
    text: 'Too many requests. Slow down.',
    passes: true,
  },
  tool_rate_limited: {
    ...{ ...TOOL, status: 429 },
    when: 'too many calls of one tool by one user',
    logLevel: 'warn',
    text: 'This tool is called too often. Call it less often.',
    passes: true,
  },
  session_not_found: {
    ...CLIENT_FAULT,
    when: 'a session id that is unknown, has ended, or belongs to another user or client',
    status: 404,
    text: 'Session not found. Initialize again.',
  },
  session_limit: {
    ...HTTP,
    when: 'more open sessions than the server keeps',
    status: 503,
    challenge: 'none',
    logLevel: 'warn',
    text: 'This server has too many open sessions. Try again shortly.',
    passes: true,
  },
  audit_unavailable: {
    ...HTTP,
    when: 'calls have to be recorded, and the records cannot be written at the moment',
    status: 503,
    challenge: 'none',
    logLevel: 'error',
    text: 'This server cannot record tool calls at the moment, and makes none without a record. Try again shortly.',
    passes: true,
  },
  cancelled: {
    ...HTTP,
    when: 'the client went away before it had its answer',
    status: 499,
    challenge: 'none',
    logLevel: 'debug',
    text: 'The request was cancelled.',
  },
  misconfigured: {
    ...HTTP,
    when: 'middleware is mounted in the wrong order, or an option is missing',
    status: 500,
    challenge: 'none',
    logLevel: 'error',
    text: 'This server is not set up correctly.',
    exposeDescription: false,
    includeReference: true,
  },
  internal_error: {
    ...HTTP,
    when: 'anything unforeseen',
    status: 500,
    challenge: 'none',
    logLevel: 'error',
    text: 'Internal error.',
    exposeDescription: false,
    includeReference: true,
  },
}
