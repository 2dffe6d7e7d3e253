import type { ExchangeRefusal } from '../exchange/refusal-reader.js'
import type { RefusalVerdict } from '../exchange/refusal-reader.js'

interface Row extends RefusalVerdict {
  /** Absent: any from 400 to 499, but 429. */
  readonly status?: number
  readonly error: string
}

const MISCONFIGURED = 'exchange_misconfigured'
const POLICY =
  'An access policy of the authorization server of the API (Security > API > Authorization Servers > Access Policies) needs a rule for this client, its users, the Token Exchange grant and the scopes that the tools ask for.'
const TRUST =
  "List the MCP server's authorization server under Trusted servers of the API's authorization server (Security > API > Authorization Servers > the API's > Settings), and assign the users to the client."

/** Okta names its faults more finely in its System Log; an answer has `error` and a text alone. */
const ROWS: readonly Row[] = [
  {
    ...{ status: 400, error: 'invalid_target', code: MISCONFIGURED },
    hint: "The audience has to be that of the API's authorization server, byte for byte (Security > API > Authorization Servers), and EXCHANGE_ISSUER that server.",
  },
  { status: 403, error: 'access_denied', code: MISCONFIGURED, hint: TRUST },
  { status: 401, error: 'access_denied', code: MISCONFIGURED, hint: POLICY },
  { status: 400, error: 'access_denied', code: MISCONFIGURED, hint: POLICY },
  {
    ...{ status: 400, error: 'invalid_request', code: 'reauthentication_required' },
    hint: `Okta refuses a token that is fresh from a sign-in, so another sign-in would only loop. ${TRUST} This client has to be an API Services app with the Token Exchange grant. The System Log has the precise fault.`,
  },
  {
    ...{ status: 400, error: 'invalid_grant', code: 'reauthentication_required' },
    hint: `Okta refuses a token that is fresh from a sign-in. Compare the clocks. ${TRUST}`,
  },
  {
    ...{ status: 400, error: 'invalid_scope', code: 'downstream_scope_denied' },
    hint: "The API's authorization server has no such scope (Security > API > Authorization Servers > Scopes). openid, profile and the like are not exchanged.",
  },
  {
    ...{ error: 'consent_required', code: 'consent_required' },
    hint: 'Set User consent of the scope to Implicit (Security > API > Authorization Servers > Scopes): nobody can consent inside an exchange.',
  },
  {
    ...{ error: 'invalid_client', code: MISCONFIGURED },
    hint: 'Check MCP_AUTH0_CLIENT_ID, and the secret or public key under Applications > this client > General > Client Credentials.',
  },
  {
    ...{ error: 'unauthorized_client', code: MISCONFIGURED },
    hint: 'Turn on Token Exchange among the grant types: Applications > this client > General.',
  },
  {
    ...{ error: 'unsupported_grant_type', code: MISCONFIGURED },
    hint: 'Turn on Token Exchange among the grant types: Applications > this client > General.',
  },
  {
    ...{ error: 'invalid_dpop_proof', code: MISCONFIGURED },
    hint: 'Turn off Proof of possession: Applications > this client > General. The exchange is made without DPoP.',
  },
  {
    ...{ error: 'use_dpop_nonce', code: MISCONFIGURED },
    hint: 'Turn off Proof of possession: Applications > this client > General. The exchange is made without DPoP.',
  },
]

/**
 * Reads the refusals of an Okta custom authorization server.
 *
 * `invalid_request` covers a session that has ended as well as a server that is not trusted. The user signs in again; a token
 * that is fresh from that sign-in makes it a fault of the set-up.
 */
export function readOktaRefusal({ status, error }: ExchangeRefusal): RefusalVerdict | undefined {
  if (status === 429) return undefined
  const row = ROWS.find(
    (each) => each.error === error && (each.status === undefined || each.status === status),
  )
  return row && { code: row.code, hint: row.hint }
}
