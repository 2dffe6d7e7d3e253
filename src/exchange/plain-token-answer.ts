import { jsonObject } from '../http/json-object.js'
import type { TokenEndpointAnswer } from './token-response.js'

/** What an exchange answers (RFC 8693 §2.2.1) that is plainly a bearer token. */
export interface PlainAnswer {
  readonly access_token: string
  readonly token_type: string
  readonly expires_in?: number | undefined
  readonly scope?: string | undefined
  readonly issued_token_type?: unknown
}

/**
 * Reads an answer that is plainly a bearer token, all of whose members are as RFC 8693 §2.2.1 has them.
 *
 * `undefined` for everything else, refusals and further tokens included: a library has to judge that.
 */
export function readPlainAnswer({ status, text }: TokenEndpointAnswer): PlainAnswer | undefined {
  if (status !== 200) return undefined
  const members = jsonObject(text)
  const { access_token: token, token_type: type, expires_in: lifetime, scope } = members
  if (typeof token !== 'string' || token === '') return undefined
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') return undefined
  if (!isAbsentOr(lifetime, isLifetime) || !isAbsentOr(scope, isText)) return undefined
  if (members['id_token'] !== undefined || members['refresh_token'] !== undefined) return undefined
  return {
    access_token: token,
    token_type: 'bearer',
    expires_in: lifetime,
    scope,
    issued_token_type: members['issued_token_type'],
  }
}

function isAbsentOr<T>(value: unknown, is: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || is(value)
}

function isLifetime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
