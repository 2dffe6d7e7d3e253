import { randomUUID } from 'node:crypto'
import {
  OAuthRefusal,
  type OAuthRefusalOptions,
  type RefusalReason,
} from '../shared/oauth-refusal.js'
import type { RefusalAnswer } from '../shared/refusal-answer.js'

export interface EntraRefusalOptions extends Omit<OAuthRefusalOptions, 'members' | 'reason'> {
  /** The number behind `AADSTS`. */
  readonly code: number
  readonly suberror?: string | undefined
  /** JSON text. */
  readonly claims?: string | undefined
}

/** A refusal with a number, as Entra has them. */
export class EntraRefusal extends OAuthRefusal {
  readonly code: number

  constructor({ code, suberror, claims, ...options }: EntraRefusalOptions) {
    super({ ...options, members: { suberror, claims } })
    this.name = 'EntraRefusal'
    this.code = code
  }
}

export interface DescribeParts {
  readonly origin: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Creates what writes a refusal as Entra's token endpoint does. */
export function createDescribe({ origin, now }: DescribeParts) {
  return function describeRefusal(refusal: OAuthRefusal): RefusalAnswer {
    const { code, status, error } = numbered(refusal)
    const timestamp = `${new Date(now()).toISOString().slice(0, 19).replace('T', ' ')}Z`
    const [traceId, correlationId] = [randomUUID(), randomUUID()]
    return {
      status,
      headers: refusal.headers,
      body: {
        error,
        error_description: `AADSTS${code}: ${refusal.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
        error_codes: [code],
        timestamp,
        trace_id: traceId,
        correlation_id: correlationId,
        error_uri: `${origin}/error?code=${code}`,
        ...refusal.members,
      },
    }
  }
}

interface Numbered {
  readonly code: number
  readonly status: number
  readonly error: string
}

function numbered(refusal: OAuthRefusal): Numbered {
  const { status, error, reason } = refusal
  if (refusal instanceof EntraRefusal) return { code: refusal.code, status, error }
  if (reason === undefined) return { code: 90014, status, error }
  const [code, ownStatus, ownError] = OWN[reason]
  return { code, status: ownStatus, error: ownError }
}

const OWN: Readonly<Record<RefusalReason, readonly [number, number, string]>> = {
  client_unknown: [700016, 400, 'unauthorized_client'],
  client_secret_wrong: [7000215, 401, 'invalid_client'],
  client_credential_missing: [7000218, 401, 'invalid_client'],
  client_assertion_wrong: [700027, 401, 'invalid_client'],
  parameter_missing: [900144, 400, 'invalid_request'],
  parameter_malformed: [90013, 400, 'invalid_request'],
  grant_unsupported: [70003, 400, 'unsupported_grant_type'],
  grant_invalid: [70000, 400, 'invalid_grant'],
}
