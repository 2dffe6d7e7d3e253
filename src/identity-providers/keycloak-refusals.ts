import type { ExchangeRefusal } from '../exchange/refusal-reader.js'
import type { RefusalVerdict } from '../exchange/refusal-reader.js'

interface Row extends RefusalVerdict {
  readonly status: number
  readonly error: string
  /** How the text begins, exactly. Absent: whatever it is. */
  readonly begins?: string
}

const SIGN_IN = 'reauthentication_required'
const MISCONFIGURED = 'exchange_misconfigured'

const DPOP =
  "Keycloak exchanges no token that is bound to its sender, unless this server could prove the sender's key. Turn off DPoP and mutual-TLS binding for the MCP clients."
const SWITCH =
  "Turn on Standard token exchange under Clients > this server's client > Settings > Capability config, and let Client authentication be on there."

/** The first row that fits counts. Keycloak says by the text alone what a 400 is about. */
const ROWS: readonly Row[] = [
  {
    ...{ status: 400, error: 'invalid_request', begins: 'Invalid token', code: SIGN_IN },
    hint: "Keycloak does not accept the user's token although it is fresh: the user's session has ended, or the token is of another realm.",
  },
  {
    ...{ status: 400, error: 'invalid_request', begins: 'Requested audience not available' },
    code: MISCONFIGURED,
    hint: "The audience is the client id of the API. A client scope with an Audience mapper for it has to be among the Client scopes of this server's client, and be asked for where it is optional.",
  },
  {
    ...{ status: 400, error: 'invalid_request', begins: 'DPoP proof is missing' },
    ...{ code: MISCONFIGURED, hint: DPOP },
  },
  {
    ...{ status: 400, error: 'invalid_request', begins: 'Sender-constrained token' },
    ...{ code: MISCONFIGURED, hint: DPOP },
  },
  {
    ...{ status: 400, error: 'invalid_request', code: MISCONFIGURED },
    hint: `Keycloak does not accept the request, whoever the user is: see errorDescription. ${SWITCH}`,
  },
  {
    ...{ status: 403, error: 'access_denied', code: MISCONFIGURED },
    hint: "The user's token has to name this server's client in aud: add a client scope with an Audience mapper for it to the MCP clients.",
  },
  {
    ...{ status: 400, error: 'invalid_client', begins: 'Audience not found', code: MISCONFIGURED },
    hint: 'The realm has no client by the id that is sent as the audience: check API_AUTH0_AUDIENCE.',
  },
  {
    ...{ status: 400, error: 'invalid_client', code: MISCONFIGURED },
    hint: "The client of the API or of this server is off, or this server's client is public: see Clients > Settings, Client authentication.",
  },
  {
    ...{ status: 401, error: 'invalid_client', code: MISCONFIGURED },
    hint: "Check MCP_AUTH0_CLIENT_ID, and the secret under Clients > this server's client > Credentials.",
  },
  {
    ...{ status: 401, error: 'unauthorized_client', code: MISCONFIGURED },
    hint: "Check MCP_AUTH0_CLIENT_ID, and the secret under Clients > this server's client > Credentials.",
  },
  {
    ...{ status: 400, error: 'unauthorized_client', code: MISCONFIGURED },
    hint: SWITCH,
  },
  {
    ...{ status: 400, error: 'unsupported_grant_type', code: MISCONFIGURED },
    hint: `Standard token exchange needs Keycloak 26.2 or newer. ${SWITCH}`,
  },
  {
    ...{ status: 400, error: 'invalid_scope', begins: 'Missing consents for Token Exchange' },
    code: 'consent_required',
    hint: "The user has not consented to this server's client, and cannot inside an exchange. Turn off Consent required there, or let the user consent once in a browser.",
  },
  {
    ...{ status: 400, error: 'invalid_scope', code: 'downstream_scope_denied' },
    hint: "A scope that the tool asks for is not among the Client scopes of this server's client: add it there, as Default or Optional.",
  },
]

/**
 * Reads the refusals of Keycloak's standard token exchange (26.2 and newer).
 *
 * `invalid_request` and `invalid_scope` each stand for a fault of the user's and for one of the set-up; the beginning of
 * `error_description` alone tells them apart. A text that is not known is a fault of the set-up.
 */
export function readKeycloakRefusal(refusal: ExchangeRefusal): RefusalVerdict | undefined {
  const { status, error, errorDescription = '' } = refusal
  const row = ROWS.find(
    (each) =>
      each.status === status &&
      each.error === error &&
      (each.begins === undefined || errorDescription.startsWith(each.begins)),
  )
  return row && { code: row.code, hint: row.hint }
}
