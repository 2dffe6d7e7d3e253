import type { StepName } from '../../cli/doctor/connector/steps.js'
import type { FailureCode } from '../../src/failures/failure-codes.js'

/** What a person sees of a failure, in the order in which a new connection meets it. */
export const SYMPTOMS = [
  'before-sign-in',
  'sign-in-page',
  'sign-in-again',
  'missing-tools',
  'tool-errors',
  'broken-requests',
  'limits',
  'server-errors',
] as const

export type Symptom = (typeof SYMPTOMS)[number]

/** The symptom of each failure. */
export const SYMPTOM_OF_CODE: Readonly<Record<FailureCode, Symptom>> = {
  no_credentials: 'before-sign-in',
  malformed_credentials: 'sign-in-again',
  invalid_token: 'sign-in-again',
  signed_out: 'sign-in-again',
  verifier_unavailable: 'sign-in-again',
  insufficient_scope: 'missing-tools',
  permission_denied: 'missing-tools',
  reauthentication_required: 'sign-in-again',
  downstream_scope_denied: 'tool-errors',
  delegation_refused: 'tool-errors',
  consent_required: 'tool-errors',
  mfa_required: 'tool-errors',
  access_denied: 'tool-errors',
  exchange_misconfigured: 'tool-errors',
  exchange_unavailable: 'tool-errors',
  exchange_rejected: 'tool-errors',
  downstream_unauthorized: 'tool-errors',
  downstream_forbidden: 'tool-errors',
  downstream_failed: 'tool-errors',
  downstream_unavailable: 'tool-errors',
  invalid_argument: 'tool-errors',
  confirmation_unavailable: 'tool-errors',
  confirmation_refused: 'tool-errors',
  policy_denied: 'tool-errors',
  policy_unavailable: 'tool-errors',
  invalid_request: 'broken-requests',
  method_not_allowed: 'broken-requests',
  not_acceptable: 'broken-requests',
  unsupported_media_type: 'broken-requests',
  request_forbidden: 'before-sign-in',
  request_too_large: 'broken-requests',
  rate_limited: 'limits',
  tool_rate_limited: 'limits',
  session_not_found: 'broken-requests',
  session_limit: 'limits',
  audit_unavailable: 'limits',
  cancelled: 'broken-requests',
  misconfigured: 'server-errors',
  internal_error: 'server-errors',
}

/** The symptom of the problems that `doctor --connector` finds at each step. */
export const SYMPTOM_OF_STEP: Readonly<Record<StepName, Symptom>> = {
  endpoint: 'before-sign-in',
  challenge: 'before-sign-in',
  resource_metadata: 'before-sign-in',
  resource: 'before-sign-in',
  server_metadata: 'before-sign-in',
  server: 'before-sign-in',
  registration: 'before-sign-in',
  authorization: 'sign-in-page',
  token: 'sign-in-page',
  tools: 'missing-tools',
}
