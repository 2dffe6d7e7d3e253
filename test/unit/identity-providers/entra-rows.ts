import { LOOPS, MISCONFIGURED, SIGN_IN, type RefusalRow } from './refusal-row.js'

const DENIED = 'access_denied'

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
    ...{ when: 'a sign-in is wanted, with claims', status: 400, ...SIGN_IN },
    body: entra('login_required', 1, { claims: CLAIMS }),
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
