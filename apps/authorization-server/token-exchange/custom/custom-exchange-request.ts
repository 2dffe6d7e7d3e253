import type { Directory } from '../../directory.js'
import { splitScope } from '../../oidc-scopes.js'
import { ExchangeRefusal } from '../exchange-refusal.js'
import { type RawParameters, textOf } from '../exchange-request.js'
import { ACCESS_TOKEN_TYPE } from '../grant-type.js'

/** A well-formed Custom Token Exchange request. Whether it has a subject token, the Action checks. */
export interface CustomExchangeRequest {
  readonly subjectToken: string | undefined
  /** The request's, or the tenant's default. */
  readonly audience: string | undefined
  /** What was asked for, letter by letter; `undefined` when the parameter was absent. */
  readonly requestedScope: string | undefined
  readonly scopes: readonly string[]
  readonly organization: string | undefined
  readonly actor: ActorToken | undefined
}

/** A token of the one who acts; both parameters come together. */
export interface ActorToken {
  readonly value: string
  readonly type: string
}

/**
 * Reads the parameters of a Custom Token Exchange request.
 *
 * Throws `ExchangeRefusal` (400 `invalid_request`) when something else than an access token is wanted, or
 *   only one of `actor_token` and `actor_token_type` is there.
 */
export function parseCustomExchangeRequest(
  { tenant_settings: settings }: Directory,
  params: RawParameters,
): CustomExchangeRequest {
  const requestedType = textOf(params['requested_token_type']) ?? ACCESS_TOKEN_TYPE
  if (requestedType !== ACCESS_TOKEN_TYPE) {
    throw refusal(`requested_token_type must be ${ACCESS_TOKEN_TYPE}`)
  }
  const { scope } = params
  return {
    subjectToken: textOf(params['subject_token']),
    audience: textOf(params['resource']) ?? settings.default_audience,
    requestedScope: typeof scope === 'string' ? scope : undefined,
    scopes: splitScope(scope),
    organization: textOf(params['organization']),
    actor: parseActor(params),
  }
}

function parseActor(params: RawParameters): ActorToken | undefined {
  const value = textOf(params['actor_token'])
  const type = textOf(params['actor_token_type'])
  if (value === undefined && type === undefined) return undefined
  if (value !== undefined && type !== undefined) return { value, type }
  throw refusal('actor_token and actor_token_type must be used together')
}

function refusal(description: string): ExchangeRefusal {
  return new ExchangeRefusal(400, 'invalid_request', description)
}
