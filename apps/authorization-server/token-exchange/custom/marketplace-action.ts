import { type JWTPayload, errors as joseErrors, jwtVerify } from 'jose'
import type { ActionSettings } from '../../directory.js'
import type { KeyRing } from '../../keys.js'
import { ExchangeRefusal } from '../exchange-refusal.js'
import type { ActionResult } from './action-result.js'
import { InvalidSubjectToken } from './invalid-subject-token.js'

const CLOCK_TOLERANCE_SECONDS = 5

/** What the Action is told of the request. */
export interface ActionEvent {
  readonly clientId: string
  readonly audience: string | undefined
  readonly subjectToken: string | undefined
  readonly requestedScopes: readonly string[]
}

/** What it goes by: its secrets, and the tenant whose tokens it accepts. */
export interface ActionEnvironment {
  readonly settings: ActionSettings
  readonly issuer: string
  readonly keys: KeyRing
}

/**
 * Validates the subject token of a Custom Token Exchange as the Action does that Auth0's quickstart
 * installs (marketplace template "first-party on-behalf-of", trigger custom-token-exchange).
 *
 * Same checks, same order, same codes. As the original, it does not care whether the calling client is
 * the one that the subject token was meant for, beyond the list of clients.
 *
 * Throws `ExchangeRefusal`: 400 `invalid_request`, `unauthorized_client`, `invalid_target`,
 *   `invalid_scope`; 500 `server_error`.
 * Throws `InvalidSubjectToken` when the token is to blame.
 */
export async function runMarketplaceAction(
  event: ActionEvent,
  environment: ActionEnvironment,
): Promise<ActionResult> {
  const { settings } = environment
  const { subjectToken, audience } = event
  if (subjectToken === undefined) throw deny('invalid_request', 'subject_token is required')
  if (!settings.ALLOWED_CLIENT_IDS.includes(event.clientId)) {
    throw deny('unauthorized_client', 'Client is not allowed to use this profile')
  }
  if (audience === undefined) throw deny('invalid_request', 'A target audience is required')
  if (!settings.ALLOWED_TARGET_AUDIENCES.includes(audience)) {
    throw deny('invalid_target', `Target audience is not allowed: ${audience}`)
  }
  const claims = await verify(subjectToken, environment)
  if (claims['cnf'] !== undefined) {
    throw new InvalidSubjectToken('Sender-constrained subject tokens are not supported')
  }
  const foreign = event.requestedScopes.filter((scope) => !settings.ALLOWED_SCOPES.includes(scope))
  if (foreign.length > 0) {
    throw deny('invalid_scope', `Requested scopes are not allowed: ${foreign.join(' ')}`)
  }
  return resultOf(claims)
}

async function verify(
  token: string,
  { settings, issuer, keys }: ActionEnvironment,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys.findPublicKey, {
      issuer,
      audience: settings.SUBJECT_TOKEN_AUDIENCE,
      algorithms: ['RS256', 'PS256'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    })
    return payload
  } catch (cause) {
    throw new InvalidSubjectToken(reasonOf(cause), { cause })
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof joseErrors.JWTExpired) return 'The subject token has expired'
  if (error instanceof joseErrors.JWTClaimValidationFailed) {
    return `A claim of the subject token is not acceptable: ${error.claim}`
  }
  if (error instanceof joseErrors.JWSSignatureVerificationFailed) {
    return 'The signature of the subject token is wrong'
  }
  if (error instanceof joseErrors.JWKSNoMatchingKey) {
    return 'No key of the tenant matches the subject token'
  }
  return 'The subject token is not a valid JWT'
}

function resultOf(claims: JWTPayload): ActionResult {
  const { sub, org_id: organizationId } = claims
  if (sub === undefined) throw new ExchangeRefusal(500, 'server_error', 'Token exchange failed')
  return {
    userId: sub,
    organizationId: typeof organizationId === 'string' ? organizationId : undefined,
  }
}

/** The Action's `api.access.deny`: a code of its own is always 400. */
function deny(code: string, reason: string): ExchangeRefusal {
  return new ExchangeRefusal(400, code, reason)
}
