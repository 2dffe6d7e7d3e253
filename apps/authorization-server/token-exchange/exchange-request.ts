import { isOidcScope, splitScope } from '../oidc-scopes.js'
import { ExchangeRefusal } from './exchange-refusal.js'
import { ACCESS_TOKEN_TYPE } from './grant-type.js'

/** The parameters of an exchange that the token endpoint lets through. */
export const EXCHANGE_PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'requested_token_type',
  'resource',
  'scope',
  'organization',
  'actor_token',
  'actor_token_type',
] as const

/** The parameters of a token request, unchecked. */
export type RawParameters = Readonly<Record<string, unknown>>

/** A well-formed On-Behalf-Of request. */
export interface ExchangeRequest {
  readonly subjectToken: string
  readonly audience: string
  /** What was asked for, letter by letter; `undefined` when the parameter was absent. */
  readonly requestedScope: string | undefined
  /** The API's part of it. Scopes of OpenID Connect mean nothing here. */
  readonly apiScopes: readonly string[]
  /** Id or name of the organization; `undefined` leaves it to the subject token. */
  readonly organization: string | undefined
}

/**
 * Reads the parameters of an On-Behalf-Of request.
 *
 * The API is in `resource`, into which every token request's `audience` has been turned before.
 * `actor_token` is not looked at: the actor is the authenticated client.
 *
 * Throws `ExchangeRefusal` (400 `invalid_request`) for a parameter that is missing, blank or foreign.
 */
export function parseExchangeRequest(params: RawParameters): ExchangeRequest {
  const subjectToken = requireText(params, 'subject_token')
  requireType(params, 'subject_token_type')
  requireType(params, 'requested_token_type')
  const audience = requireText(params, 'resource')
  const { scope } = params
  return {
    subjectToken,
    audience,
    requestedScope: typeof scope === 'string' ? scope : undefined,
    apiScopes: splitScope(scope).filter((value) => !isOidcScope(value)),
    organization: textOf(params['organization']),
  }
}

/** Returns a parameter's text; `undefined` when it is absent or blank, or not a text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

function requireType(params: RawParameters, name: string): void {
  if (requireText(params, name) === ACCESS_TOKEN_TYPE) return
  throw new ExchangeRefusal(400, 'invalid_request', `${name} must be ${ACCESS_TOKEN_TYPE}`)
}

function requireText(params: RawParameters, name: string): string {
  const value = textOf(params[name])
  if (value !== undefined) return value
  // The caller knows it by the name that Auth0 gives it.
  const missing = name === 'resource' ? 'audience' : name
  throw new ExchangeRefusal(400, 'invalid_request', `Missing required parameter: ${missing}`)
}
