import type { OAuthRefusalOptions } from '../shared/oauth-refusal.js'

/**
 * What the token endpoint can answer to an exchange, whatever the request. The names are Okta's internal codes, which are
 * documented but not known to be on the wire; the stand-in does not send them.
 */
export const OKTA_FAULTS = {
  'session-expired': {
    error: 'invalid_request',
    description: "The session of the 'subject_token' has expired.",
  },
  'user-inactive': {
    error: 'invalid_request',
    description: "The user of the 'subject_token' is not active.",
  },
  'user-not-assigned': {
    error: 'invalid_request',
    description: "The user of the 'subject_token' is not assigned to the client application.",
  },
  'no-matching-policy': {
    status: 401,
    error: 'access_denied',
    description:
      'Policy evaluation failed for this request, please check the policy configurations.',
  },
  'no-scope-allowed': {
    error: 'access_denied',
    description: 'None of the requested scopes are allowed by the policy.',
  },
  'act-claim-depth': {
    error: 'invalid_request',
    description: "The 'act' claim of the 'subject_token' is nested too deeply.",
  },
  'consent-required': {
    error: 'consent_required',
    description: 'The user has not consented to the requested scopes.',
  },
  'rate-limited': {
    status: 429,
    error: 'invalid_grant',
    description: 'Too many requests for this user.',
    headers: { 'retry-after': '9' },
  },
} as const satisfies Readonly<Record<string, OAuthRefusalOptions>>

/** The name of an answer of `OKTA_FAULTS`; also the user for whom every exchange is answered so. */
export type OktaFault = keyof typeof OKTA_FAULTS
