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
] as const

/** A well-formed On-Behalf-Of request. */
export interface ExchangeRequest {
  readonly subjectToken: string
  readonly audience: string
  /** What was asked for, letter by letter; `undefined` when the parameter was absent. */
  readonly requestedScope: string | undefined
  /** The API's part of it. Scopes of OpenID Connect mean nothing here. */
  readonly apiScopes: readonly string[]
}

/**
 * Reads the parameters of an On-Behalf-Of request.
 *
 * The API is in `resource`, into which every token request's `audience` has been turned before.
 *
 * @throws ExchangeRefusal 400 `invalid_request` for a parameter that is missing, blank or foreign.
 */
export function parseExchangeRequest(params: Readonly<Record<string, unknown>>): ExchangeRequest {
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
  }
}

function requireType(params: Readonly<Record<string, unknown>>, name: string): void {
  if (requireText(params, name) === ACCESS_TOKEN_TYPE) return
  throw new ExchangeRefusal(400, 'invalid_request', `${name} must be ${ACCESS_TOKEN_TYPE}`)
}

function requireText(params: Readonly<Record<string, unknown>>, name: string): string {
  const value = params[name]
  if (typeof value === 'string' && value.trim() !== '') return value
  // The caller knows it by the name that Auth0 gives it.
  const missing = name === 'resource' ? 'audience' : name
  throw new ExchangeRefusal(400, 'invalid_request', `Missing required parameter: ${missing}`)
}
