import type { EntraRefusalOptions } from './entra-refusal.js'

/** Policies as Entra names them in a claims challenge: the client repeats its sign-in with this. */
const POLICY_CLAIMS =
  '{"access_token":{"capolids":{"essential":true,"values":["c0ffee00-0000-4000-8000-000000000001"]}}}'

/**
 * What the token endpoint can answer to an exchange, whatever the request. `…-documented` is the shape of Microsoft's pages,
 * `…-observed` the one that people saw, where they differ.
 */
export const ENTRA_FAULTS = {
  'mfa-documented': {
    code: 50076,
    error: 'interaction_required',
    description:
      'Due to a configuration change made by your administrator, you must use multi-factor authentication.',
    claims: POLICY_CLAIMS,
  },
  'mfa-observed': {
    code: 50076,
    error: 'invalid_grant',
    suberror: 'basic_action',
    description:
      'Due to a configuration change made by your administrator, you must use multi-factor authentication.',
    claims: POLICY_CLAIMS,
  },
  'consent-documented': {
    code: 65001,
    error: 'interaction_required',
    description: 'The user or administrator has not consented to use the application.',
  },
  'consent-observed': {
    code: 65001,
    error: 'invalid_grant',
    suberror: 'consent_required',
    description: 'The user or administrator has not consented to use the application.',
  },
  blocked: {
    code: 53003,
    error: 'invalid_grant',
    description: 'Access has been blocked by Conditional Access policies.',
  },
  'blocked-claims': {
    code: 53003,
    error: 'interaction_required',
    description: 'Access has been blocked by Conditional Access policies.',
    claims: POLICY_CLAIMS,
  },
  revoked: {
    code: 50173,
    error: 'invalid_grant',
    suberror: 'bad_token',
    description:
      'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
  },
  'bad-assertion': {
    code: 50013,
    error: 'invalid_grant',
    description: 'Assertion failed signature validation.',
  },
  disabled: { code: 50057, error: 'invalid_grant', description: 'The user account is disabled.' },
  unassigned: {
    code: 50105,
    error: 'invalid_grant',
    description: 'The signed in user is not assigned to a role for the application.',
  },
  'app-missing': {
    code: 700016,
    error: 'unauthorized_client',
    description: 'Application was not found in the directory.',
  },
  'wrong-secret': {
    code: 7000215,
    status: 401,
    error: 'invalid_client',
    description: 'Invalid client secret provided.',
  },
  loop: {
    code: 50196,
    error: 'invalid_grant',
    description: 'The server terminated an operation because it encountered a client request loop.',
  },
  throttled: {
    code: 90055,
    status: 429,
    error: 'temporarily_unavailable',
    description: 'The tenant is throttled: there are too many incoming requests.',
    headers: { 'retry-after': '7' },
  },
  unavailable: {
    code: 90033,
    status: 503,
    error: 'temporarily_unavailable',
    description: 'A transient error has occurred. Please try again.',
  },
} as const satisfies Readonly<Record<string, EntraRefusalOptions>>

/** The name of an answer of `ENTRA_FAULTS`; also the user for whom every exchange is answered so. */
export type EntraFault = keyof typeof ENTRA_FAULTS

/** Signing in again with the claims of the challenge ends these. */
export const ENDED_BY_CLAIMS: ReadonlySet<EntraFault> = new Set<EntraFault>([
  'mfa-documented',
  'mfa-observed',
  'blocked-claims',
])
