import type { OAuthRefusal } from './oauth-refusal.js'

/** A refusal as it goes over the wire. */
export interface RefusalAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}

/** Writes a refusal in the form of RFC 6749 §5.2. */
export function refusalAnswer(refusal: OAuthRefusal): RefusalAnswer {
  return {
    status: refusal.status,
    body: { error: refusal.error, error_description: refusal.message, ...refusal.members },
    headers: refusal.headers,
  }
}
